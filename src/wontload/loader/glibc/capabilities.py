"""Subdirectories for particular CPUs, which the loader looks into before the directory itself.

Sources: glibc elf/dl-hwcaps.c (`_dl_important_hwcaps`) of 2.36 and before for the older kind, which 2.37 dropped;
elf/dl-hwcaps_split.c and the `dl-hwcaps_subdirs.c` of each architecture for `glibc-hwcaps`, since 2.33.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

from wontload.machine import Files, Kind, System


def subdirectories(system: System) -> tuple[str, ...]:
    """Paths below each directory of a search, in the order in which they are tried; each ends in `/`."""
    return _paths(system.hwcaps, system.architecture, system.platform, system.libc_version)


@lru_cache(maxsize=8)
def _paths(hwcaps: tuple[str, ...], architecture: str, platform: str, version: str) -> tuple[str, ...]:
    return (*(f"glibc-hwcaps/{name}/" for name in hwcaps), *_older(architecture, platform, version))


def present(directory: str, wanted: tuple[str, ...], files: Files) -> tuple[str, ...]:
    """Those of `wanted` whose first part exists in an absolute directory: nearly always none."""
    first_parts = {name.partition("/")[0] for name in wanted}
    existing = {name for name in first_parts if files.kind(directory + name) is Kind.DIRECTORY}
    return tuple(name for name in wanted if name.partition("/")[0] in existing)


def _older(architecture: str, platform: str, version: str) -> tuple[str, ...]:
    """Combinations of `tls`, the platform and the capability `x86_64`, the longest first.

    Modelled for x86_64 alone: other architectures give a name to each of dozens of kernel capabilities.

    Oracle: tests/oracles/glibc/test_rules.py::test_subdirectories_are_tried_in_the_loader_s_order
    """
    if architecture != "x86_64" or not platform or _numbers(version) > (2, 36):
        return ()
    parts = ("tls", platform, "x86_64")
    combinations = (
        "".join(f"{part}/" for part, taken in zip(parts, choice, strict=True) if taken)
        for choice in product((True, False), repeat=3)
    )
    return tuple(dict.fromkeys(path for path in combinations if path))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2]) or (99,)
