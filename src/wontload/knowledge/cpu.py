"""Instruction sets: the x86-64 levels, and files that exist once for each kind of processor.

Features have the names of Linux' `/proc/cpuinfo` throughout.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from wontload.knowledge.families import base_name
from wontload.knowledge.tables import table


@dataclass(frozen=True, slots=True)
class CpuVariant:
    """What a file asks of the processor.

    Attributes:
        title: for people: `ggml's CPU backend for haswell`.
        architecture: of the file, in the spelling of `Image.architecture`.
        flags: features that its code uses.
        source: where that is written.
    """

    title: str
    architecture: str
    flags: frozenset[str]
    source: str


@cache
def x86_64_levels() -> Mapping[int, frozenset[str]]:
    """All the features of each x86-64 level, those of the levels below among them."""
    flags: frozenset[str] = frozenset()
    levels = {}
    for row in table("cpu/levels")["level"]:
        flags |= frozenset(row["flags"])
        levels[row["level"]] = flags
    return levels


def x86_64_level(features: Set[str]) -> int:
    """The highest x86-64 level that a processor with these features has; 0 when it lacks even the baseline."""
    return max((level for level, flags in x86_64_levels().items() if flags <= features), default=0)


def missing_for_level(level: int, features: Set[str]) -> tuple[str, ...]:
    """The features of an x86-64 level (1 to 4) that a processor lacks, in alphabetical order."""
    return tuple(sorted(x86_64_levels()[level] - features))


def cpu_variant(file_name: str) -> CpuVariant | None:
    """What a file that is made for one kind of processor asks for; `None` for files that no table has."""
    name = base_name(file_name)
    for row in table("cpu/variants")["variant"]:
        if any(fnmatchcase(name, pattern) for pattern in row["files"]):
            return CpuVariant(row["title"], row["architecture"], frozenset(row["flags"]), row["source"])
    return None
