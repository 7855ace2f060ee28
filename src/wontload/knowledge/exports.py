"""What libraries that come with a system export, by name: `knowledge/linux/exports/`, where the sources stand.

Glibc's, musl's and GCC's own libraries have a list for each C library, in a directory of its own; others are the same
beside either. A line has a name, and behind it the one architecture that has it where the others have not.
"""

from __future__ import annotations

import os
from functools import cache

from wontload.knowledge.symbol_versions import PART_OF_GLIBC
from wontload.knowledge.tables import HERE, lines

DIRECTORY = "linux/exports"
ARCHITECTURES = ("x86_64", "aarch64")  # which were read
GLIBC, MUSL = "libc.so.6", "libc.so"


@cache
def exports_listed(library: str, libc: str, architecture: str) -> bool:
    """Whether there is a list of what a library of Linux exports, with that C library and on that architecture."""
    return architecture in ARCHITECTURES and _list_of(library, libc) is not None


@cache
def exported_names(library: str, libc: str, architecture: str) -> frozenset[str]:
    """The names that a library exports in the newest release that was read; of a part of the C library, all of it.

    The C libraries, GCC's runtime, zlib and Expat keep what they ever exported: an older one has none besides.
    """
    rows = (line.partition(" ") for line in lines(_list_of(library, libc) or ""))
    return frozenset(name for name, _, only in rows if only in ("", architecture))


def _list_of(library: str, libc: str) -> str | None:
    if libc == "glibc" and PART_OF_GLIBC.match(library):
        library = GLIBC
    if libc == "musl" and library.startswith(("libc.musl-", "ld-musl-")):
        library = MUSL
    places = (f"{DIRECTORY}/{libc}/{library}.txt", f"{DIRECTORY}/{library}.txt")
    return next((place for place in places if os.path.exists(os.path.join(HERE, place))), None)
