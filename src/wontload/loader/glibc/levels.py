"""The x86-64 level that an object demands of the CPU (`-z x86-64-v3`), which glibc checks since 2.33.

Source: glibc 2.36, sysdeps/x86/dl-prop.h (`dl_isa_level_check`), called behind the check of versions.
Oracle: tests/oracles/glibc/test_files.py::test_a_cpu_level_that_does_not_exist
"""

from __future__ import annotations

from collections.abc import Iterable

from wontload.loader.glibc.candidate import version_of
from wontload.loader.glibc.objects import Mapped
from wontload.machine import System

BITS = {"x86-64-v2": 2, "x86-64-v3": 4, "x86-64-v4": 8}
BASELINE, ALL = 1, 15
TOO_LOW = "CPU ISA level is lower than required"


def check(new: Iterable[Mapped], system: System) -> None:
    """Give the first object that demands more than this CPU has its error. `new`: in the order of relocation."""
    if system.architecture != "x86_64" or version_of(system) < (2, 33):
        return
    # A list without any level says nothing: it may be that nobody looked.
    have = BASELINE | sum(BITS.get(name, 0) for name in system.hwcaps) if system.hwcaps else ALL
    for one in new:
        if one.image is not None and one.image.isa_needed & ~have:
            level = one.image.isa_needed.bit_length()
            one.error = f"{one.name}: {TOO_LOW}"
            one.reason = f"it demands a CPU of level x86-64-v{level}, and this one is of a lower level"
            return
