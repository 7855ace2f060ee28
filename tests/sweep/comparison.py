"""One native file, asked of our parser and of the others: what any of them says differently."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from benchmarks.parse_contenders import ELF_WITH_EXPORTS, PE, comparable

from tests.sweep.macho import MACHO, SLICE_PARTS

Parts = Mapping[str, Any]
PE_PARTS = ("imports", "exports")
ELF_PARTS = (
    "needed",
    "SONAME",
    "RPATH",
    "RUNPATH",
    "versions needed",
    "versions defined",
    "undefined",
    "exports",
)
REFUSAL = "refusal"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """`other` says something else of one `part` of a file: what only we say, and what only it says."""

    other: str
    part: str
    ours: str
    theirs: str


def differences(path: Path) -> list[Difference]:
    """What the others say differently of a file. A parser that raises has the one part `refusal`."""
    contenders, parts_of = family(path)
    answers = {name: _asked(contender, parts_of, path) for name, contender in contenders.items()}
    ours = answers.pop("wontload")
    return [
        Difference(other=name, part=part, ours=_beyond(mine, yours), theirs=_beyond(yours, mine))
        for name, theirs in answers.items()
        for part in ((REFUSAL,) if REFUSAL in {*ours, *theirs} else dict.fromkeys((*ours, *theirs)))
        if (mine := ours.get(part)) != (yours := theirs.get(part))
    ]


def family(path: Path) -> tuple[Mapping[str, Callable[[str], Any]], Callable[[Any], Parts]]:
    """Who reads files of this format, and how their answers divide into parts."""
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic[:2] == b"MZ":
        return PE, lambda answer: dict(zip(PE_PARTS, comparable(answer), strict=True))
    if magic == b"\x7fELF":
        return ELF_WITH_EXPORTS, lambda answer: dict(zip(ELF_PARTS, comparable(answer), strict=True))
    return MACHO, _slice_parts


def _slice_parts(answer: Any) -> Parts:
    return {
        f"{part} of slice {number}": said
        for number, slice_ in enumerate(answer)
        for part, said in zip_longest(SLICE_PARTS, slice_)
    }


def _asked(contender: Callable[[str], Any], parts_of: Callable[[Any], Parts], path: Path) -> Parts:
    try:
        return parts_of(contender(str(path)))
    except Exception as error:  # whatever a parser raises is its answer
        return {REFUSAL: f"{type(error).__name__}: {error}"}


def _beyond(one: Any, other: Any) -> str:
    """The first few things that only `one` says."""
    if isinstance(one, frozenset | tuple) and isinstance(other, frozenset | tuple):
        known = set(other)
        few = [said for said in one if said not in known][:3]
        return repr(few)[:400] if few else f"{len(one)} of them"
    return repr(one)[:400]
