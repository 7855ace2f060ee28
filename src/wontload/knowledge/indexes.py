"""Where projects publish wheels that PyPI does not hold (`indexes.toml`), one entry an index that can be asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from wontload.knowledge.packages import normalised
from wontload.knowledge.tables import table

CUDA_BUILD = re.compile(r"(?:cu|cuda-?)(\d{2})\.?(\d)?$")
ACCELERATORS = {"rocm": "rocm", "hip": "rocm", "metal": "metal", "vulkan": "vulkan", "xpu": "xpu", "cpu": "cpu"}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIndex:
    """One place that offers a project's wheels.

    Attributes:
        kind: `simple`, `links` or `releases`. url: to be asked, or to be given to pip.
        accelerator: `cuda`, `rocm`, `metal`, `vulkan`, `xpu`, `cpu`; empty when the place holds several kinds.
        cuda: version that its name promises (12, 4), a whole major version as (12, None); `None` for none.
        cpu: level that its name promises (`AVX2`), empty for none.
        historic: nothing new is published there. note: what a person should know. source: where that is written.
    """

    kind: str
    url: str
    accelerator: str = ""
    cuda: tuple[int, int | None] | None = None
    cpu: str = ""
    historic: bool = False
    note: str = ""
    source: str = ""


@cache
def indexes_of(project: str) -> tuple[KnownIndex, ...]:
    """The places that are known to offer a project's wheels besides PyPI; its name may be spelled in any way."""
    name = normalised(project)
    return tuple(one for row in table("indexes")["index"] if name in row["projects"] for one in _places(row))


def _places(row: object) -> Iterator[KnownIndex]:
    assert isinstance(row, dict)
    for cpu, build in product(row.get("cpu", [""]), row.get("builds", [""])):
        yield KnownIndex(
            kind=row["kind"],
            url=row["url"].format(cpu=cpu, build=build),
            accelerator=accelerator_of(build),
            cuda=cuda_of(build),
            cpu=cpu,
            historic=row["state"] == "historic",
            note=row.get("note", ""),
            source=row["source"],
        )


def accelerator_of(build: str) -> str:
    """What a build's name says it is for: `cu124` is `cuda`, `rocm72` is `rocm`."""
    if CUDA_BUILD.match(build):
        return "cuda"
    return next((kind for prefix, kind in ACCELERATORS.items() if build.startswith(prefix)), "")


def cuda_of(build: str) -> tuple[int, int | None] | None:
    """The CUDA version that a build's name promises: `cu124` is (12, 4), `cuda-12` is (12, None)."""
    match = CUDA_BUILD.match(build)
    return (int(match[1]), int(match[2]) if match[2] else None) if match else None
