"""Looking a name up in `ld.so.cache`, as the loader does.

Source: glibc elf/dl-cache.c (`search_cache`, 2.33 and later; `SEARCH_CACHE` before) and the `dl-cache.h` of each
architecture for the flags.
"""

from __future__ import annotations

from typing import TypeAlias

from wontload.machine import System

ELF_OF_ANY_LIBC = 1
# `_DL_CACHE_DEFAULT_ID`: the kind of library (3: glibc) with the architecture's own bits. Where there is none it is 3.
DEFAULT_ID = {
    "x86_64": 0x0303,
    "s390x": 0x0403,
    "ppc64le": 0x0503,
    "ppc64": 0x0503,
    "arm": 0x0903,  # hard float, which every distribution with wheels uses
    "aarch64": 0x0A03,
    "riscv64": 0x1003,  # double-float calling convention
    "loongarch64": 0x1203,
}

# By name: path, flags and hwcaps of each entry, in file order.
Index: TypeAlias = dict[str, list[tuple[str, int, "str | None"]]]
_indexes: list[tuple[object, Index]] = []


def lookup(name: str, system: System) -> str | None:
    """The path that the cache gives for a name: the best subdirectory that this CPU takes, else the first entry.

    Oracle: tests/machine/test_ld_so_cache.py
    """
    right_flags = DEFAULT_ID.get(system.architecture, 3)
    best, best_rank = None, len(system.hwcaps) + 1
    for path, flags, hwcaps in _index(system).get(name, ()):
        if flags not in (ELF_OF_ANY_LIBC, right_flags):
            continue
        if hwcaps == "":
            rank = len(system.hwcaps)
        elif hwcaps in system.hwcaps:
            rank = system.hwcaps.index(hwcaps)
        else:
            continue
        if rank < best_rank:
            best, best_rank = path, rank
    return best


def _index(system: System) -> Index:
    """Entries by name, made once for each cache: a tree of many files asks thousands of times.

    Kept by the identity of the tuple, which lives as long as this remembers it; the last few are enough.
    """
    entries = system.library_cache
    if entries is None:
        return {}
    for known, made in _indexes:
        if known is entries:
            return made
    index: Index = {}
    for entry in entries:
        index.setdefault(entry[0], []).append((entry[1], entry[2], entry[3] if len(entry) > 3 else ""))
    _indexes.append((entries, index))
    del _indexes[:-4]
    return index
