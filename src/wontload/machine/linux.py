"""What glibc's loader on this computer was built with, and what it takes from this CPU.

The loader's own file says most of it: its built-in directories, the names of the `glibc-hwcaps` subdirectories that it
knows and the path of its cache stand there as strings, in every version of glibc. `ld.so --list-diagnostics` prints the
same and exists since 2.33 only; tests/machine/test_linux.py holds one against the other.

Sources: glibc, elf/dl-load.c (`system_dirs`: the directories with their NULs, in order), elf/dl-dst.h (`DL_DST_LIB`),
sysdeps/x86_64/dl-hwcaps_subdirs.c, sysdeps/x86/cpu-features.c (the platform), elf/dl-cache.c (`LD_SO_CACHE`).
"""

from __future__ import annotations

import os
import platform
import re
import struct
from typing import Any

from wontload.machine.ld_so_cache import LARGEST_CACHE_BYTES, CacheEntry, read_cache

LARGEST_MOUNTS_BYTES = 4 << 20  # of containers with many layers
LARGEST_LOADER_BYTES = 16 << 20  # real ones have a quarter of a megabyte; builds with debug information a few
# Where glibc's ABI puts the loader (glibc wiki, ABIList), by what `uname -m` says.
LOADERS = {
    "x86_64": "/lib64/ld-linux-x86-64.so.2",
    "i686": "/lib/ld-linux.so.2",
    "i386": "/lib/ld-linux.so.2",
    "aarch64": "/lib/ld-linux-aarch64.so.1",
    "armv7l": "/lib/ld-linux-armhf.so.3",
    "ppc64le": "/lib64/ld64.so.2",
    "s390x": "/lib/ld64.so.1",
    "riscv64": "/lib/ld-linux-riscv64-lp64d.so.1",
    "loongarch64": "/lib64/ld-linux-loongarch-lp64d.so.1",
}

DIRECTORIES = re.compile(rb"\0((?:/[\x21-\x7e]+/\0){2,})")
ONE_DIRECTORY = re.compile(rb"\0(/[\x21-\x7e]+/lib[0-9a-z]*/)\0")  # Nix and Guix build with one
CACHE = re.compile(rb"\0(/[\x21-\x7e]*/ld\.so\.cache)\0")
HWCAPS = re.compile(rb"\0((?:x86-64-v\d+|power\d+|z\d+)(?::(?:x86-64-v\d+|power\d+|z\d+))*)\0")

# x86-64 psABI, "Micro-Architecture Levels", in the words of /proc/cpuinfo (`abm` is LZCNT, `pni` SSE3).
X86_V2 = frozenset("cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3".split())
X86_V3 = X86_V2 | frozenset("avx avx2 bmi1 bmi2 f16c fma abm movbe xsave".split())
X86_V4 = X86_V3 | frozenset("avx512f avx512bw avx512cd avx512dq avx512vl".split())
X86_LEVELS = {"x86-64-v2": X86_V2, "x86-64-v3": X86_V3, "x86-64-v4": X86_V4}
# Intel CPUs alone: sysdeps/x86/cpu-features.c.
HASWELL = frozenset("avx2 bmi1 bmi2 abm movbe popcnt fma".split())
XEON_PHI = frozenset("avx512cd avx512er avx512pf".split())

AT_PLATFORM = 15


def glibc_facts(libc_version: str, loader_path: str | None = None) -> dict[str, Any]:
    """Fields of `System` that only glibc's loader consults: directories, hwcaps, platform, lib and its cache.

    Args:
        libc_version: such as `2.36`; before 2.33 there are no `glibc-hwcaps`.
        loader_path: the interpreter's PT_INTERP; `None`: the usual place for this machine.
    """
    path = loader_path or LOADERS.get(platform.machine(), "")
    loader = _read(path, LARGEST_LOADER_BYTES)
    vendor, flags = _cpu()
    names = () if _number(libc_version) < (2, 33) else known_hwcaps(loader)
    platform_name = _platform()
    directories = system_directories(loader)
    return {
        "libc": "glibc",
        "libc_version": libc_version,
        "default_directories": directories,
        "hwcaps": tuple(name for name in names if _takes(name, flags, platform_name)),
        "platform": _x86_platform(loader, vendor, flags) or platform_name,
        "lib": library_token(directories),
        "library_cache": library_cache(loader),
    }


def noexec_mounts() -> tuple[tuple[str, bool], ...]:
    """Mount points that are `noexec`, and those below one of them, which may be otherwise: see `System.mounts`.

    Source: proc(5), /proc/[pid]/mountinfo: the fifth column is the mount point, the sixth its options; spaces and the
    like are octal escapes.
    """
    mounts = {}
    for line in _read("/proc/self/mountinfo", LARGEST_MOUNTS_BYTES).decode("utf-8", "surrogateescape").splitlines():
        columns = line.split(" ")
        if len(columns) > 5:
            point = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), columns[4])
            mounts[point] = "noexec" in columns[5].split(",")  # a later mount hides an earlier one of the same place
    closed = [f"{point.rstrip('/')}/" for point, noexec in mounts.items() if noexec]
    return tuple((point, noexec) for point, noexec in mounts.items() if noexec or point.startswith(tuple(closed)))


def system_directories(loader: bytes) -> tuple[str, ...]:
    """The built-in directories in the loader's order, without their closing slash; empty when they are not there."""
    if found := DIRECTORIES.search(loader):
        listed = found[1].rstrip(b"\0").split(b"\0")
    elif one := ONE_DIRECTORY.search(loader):
        listed = [one[1]]
    else:
        listed = []
    return tuple(name.decode("ascii").rstrip("/") for name in listed)


def library_token(directories: tuple[str, ...]) -> str:
    """What `$LIB` stands for: the first built-in directory as seen from the root (`lib64`, `lib/x86_64-linux-gnu`).

    Where glibc lives under a prefix of its own, only its last part.
    """
    first = directories[0] if directories else ""
    return first[1:] if first.startswith("/lib") else first.rpartition("/")[2]


def known_hwcaps(loader: bytes) -> tuple[str, ...]:
    """The `glibc-hwcaps` subdirectories that this loader knows, best first."""
    found = HWCAPS.search(loader)
    return tuple(found[1].decode("ascii").split(":")) if found else ()


def library_cache(loader: bytes) -> tuple[CacheEntry, ...] | None:
    """The entries of the loader's cache; `None` where there is none."""
    found = CACHE.search(loader)
    data = _read(os.fsdecode(found[1]) if found else "/etc/ld.so.cache", LARGEST_CACHE_BYTES)
    return read_cache(data) if data else None


def _takes(name: str, flags: frozenset[str], platform_name: str) -> bool:
    """Whether this CPU may use a subdirectory. Power and z count upwards, so the platform's number decides."""
    if name in X86_LEVELS:
        return X86_LEVELS[name] <= flags
    family, own = re.sub(r"\d+", "", name), re.sub(r"\d+", "", platform_name)
    return family == own and int(name[len(family) :]) <= int(platform_name[len(own) :] or 0)


def _x86_platform(loader: bytes, vendor: str, flags: frozenset[str]) -> str:
    """The name that x86 loaders put in the kernel's place for some Intel CPUs, where the loader has it."""
    if vendor == "GenuineIntel":
        if b"\0xeon_phi\0" in loader and flags >= XEON_PHI:
            return "xeon_phi"
        if b"\0haswell\0" in loader and flags >= HASWELL:
            return "haswell"
    return ""


def _cpu() -> tuple[str, frozenset[str]]:
    """Vendor and flags of the first CPU. The others are not read: 256 of them take the kernel 100 ms to describe."""
    text = _read("/proc/cpuinfo", 1 << 13).decode("ascii", "replace").split("\n\n")[0]
    lines = dict(line.partition(":")[::2] for line in text.replace("\t", "").splitlines())
    return lines.get("vendor_id", "").strip(), frozenset(lines.get("flags", "").split())


def _platform() -> str:
    """AT_PLATFORM, which the kernel hands to every process as the address of a string."""
    word = struct.calcsize("P")
    auxiliary = _read("/proc/self/auxv", 1 << 12)
    pairs = struct.iter_unpack("PP", auxiliary[: len(auxiliary) // (2 * word) * 2 * word])
    address = dict(pairs).get(AT_PLATFORM)
    try:
        with open("/proc/self/mem", "rb", buffering=0) as memory:
            memory.seek(address or 0)
            return memory.read(32).split(b"\0")[0].decode("ascii")
    except (OSError, ValueError, OverflowError):
        return platform.machine()


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2]) or (99,)


def _read(path: str, most_bytes: int) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read(most_bytes) or b""
    except (OSError, ValueError):
        return b""
