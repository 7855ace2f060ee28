"""Which slice of a file a process takes, and the names that dyld has for architectures.

Source: common/MachOFile.cpp (`GradedArchs`, `getArchNames`, `FatFile::isFatFileWithSlice`), mach_o/Architecture.cpp.
"""

from __future__ import annotations

from wontload.binary import Image
from wontload.machine import System

DYLD_NAMES = {"aarch64": "arm64", "x86": "i386"}
# Since macOS 26 the message counts up every kind of arm64; from messages in public bug reports, not from the source.
NEEDS_SINCE_26 = "arm64e' or 'arm64e.v1' or 'arm64' or 'arm64"


def dyld_name(architecture: str) -> str:
    """The name that dyld has for an architecture; it has none for what it does not know."""
    return "unknown" if architecture.startswith("0x") else DYLD_NAMES.get(architecture, architecture)


def needed_names(system: System, version: tuple[int, ...]) -> str:
    """What a message says is needed. An arm64 process takes arm64e from Apple alone, so that is not mentioned.

    Under Rosetta and on old Intel processors this is `x86_64`; newer ones prefer `x86_64h`, which is not modelled.
    """
    if system.architecture == "aarch64" and version >= (26,):
        return NEEDS_SINCE_26
    return dyld_name(system.architecture)


def misfit(image: Image, system: System, version: tuple[int, ...]) -> str | None:
    """Why the process cannot take any of the file's slices, in dyld's words; `None` when it can."""
    need = needed_names(system, version)
    if image.slices:
        if system.architecture in image.slices:
            return None
        have = ",".join(map(dyld_name, image.slices))
        return f"fat file, but missing compatible architecture (have '{have}', need '{need}')"
    if image.architecture == system.architecture:
        return None
    have = dyld_name(image.architecture)
    return f"mach-o file, but is an incompatible architecture (have '{have}', need '{need}')"
