"""Where copies of native libraries commonly lie, beyond what any loader searches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from wontload.knowledge.tables import table


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of directory.

    Attributes:
        pattern: a path with `{site}`, `{prefix}`, `{env:NAME}` and the other placeholders that `places.toml` lists;
            `*` stands for one name or a part of one (in `{env:CUDA_PATH_V*}`: of a variable's).
        what: whose directory it is: `CUDA Toolkit`, `conda`.
        source: where that is written.
    """

    pattern: str
    what: str
    source: str


@cache
def places(system: str) -> tuple[Place, ...]:
    """The places of a system (`windows`, `linux`, `macos`), the likeliest first."""
    return tuple(
        Place(pattern, row["what"], row["source"])
        for row in table("places")["place"]
        if system in row["systems"]
        for pattern in row["patterns"]
    )
