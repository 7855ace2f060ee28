"""What libraries that come with a system export, by name: `knowledge/linux/exports/`, where the sources stand."""

from __future__ import annotations

import os
from functools import cache

from wontload.knowledge.symbol_versions import PART_OF_GLIBC
from wontload.knowledge.tables import HERE, lines

DIRECTORY = "linux/exports"
GLIBC = "libc.so.6"


@cache
def exports_listed(library: str) -> bool:
    """Whether there is a list of what a library of Linux exports."""
    return os.path.exists(os.path.join(HERE, _list_of(library)))


@cache
def exported_names(library: str) -> frozenset[str]:
    """The names that a library exports, on x86-64, in the newest release that was read; of a part of glibc, all of it.

    Glibc and GCC's runtime keep what they ever exported, so that an older one has none besides.
    """
    return frozenset(lines(_list_of(library)))


def _list_of(library: str) -> str:
    return f"{DIRECTORY}/{GLIBC if PART_OF_GLIBC.match(library) else library}.txt"
