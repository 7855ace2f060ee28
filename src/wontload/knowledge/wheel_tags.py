"""What the tags of wheels say. Source: PyPA specifications, "Platform compatibility tags"."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

MOST_TAGS = 1000
ARCHITECTURES = {
    "win32": "x86",
    "win_amd64": "x86_64",
    "win_arm64": "aarch64",
    "win_arm32": "arm",
}
# What Linux tags call the architectures that images name otherwise (`uname -m`).
MACHINES = {"i686": "x86", "i386": "x86", "armv7l": "arm", "armv6l": "arm", "ppc64le": "ppc64le"}
# Of names for several processors, those that a macOS of today knows: the 32-bit and PowerPC parts of `intel`, `fat3`,
# `fat64` and `universal` are for systems before 10.15, where no CPython from 3.8 on is built for them.
# Source: Apple, "32-bit app compatibility with macOS High Sierra 10.13.4 and later"; python.org, macOS installers.
MAC_ARCHITECTURES = {
    "arm64": ("aarch64",),
    "x86_64": ("x86_64",),
    "universal2": ("aarch64", "x86_64"),
    "intel": ("x86_64",),
    "i386": ("x86",),
    "fat": ("x86", "ppc"),
    "fat3": ("x86_64",),
    "fat64": ("x86_64",),
    "universal": ("x86_64",),
}


@dataclass(frozen=True, slots=True, order=True)
class Tag:
    """One tag, such as `cp311-cp311-win_amd64`."""

    python: str
    abi: str
    platform: str

    def __str__(self) -> str:
        return f"{self.python}-{self.abi}-{self.platform}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What a platform tag says.

    Attributes:
        system: `windows`, `linux`, `macos`, `any`, or another system's name.
        architectures: as `Image.architecture` spells them; all of them must be in the wheel (`universal2` has two).
        libc: `glibc` or `musl`; empty where the tag does not say. minimum: version of libc or macOS that it asks for.
    """

    system: str
    architectures: tuple[str, ...] = ()
    libc: str = ""
    minimum: tuple[int, int] | None = None


def expand(compressed: str) -> tuple[Tag, ...]:
    """The tags of a compressed set such as `py2.py3-none-any`. What is none gives none."""
    parts = compressed.lower().split("-")
    if len(parts) != 3:
        return ()
    sets = [tuple(dict.fromkeys(part.split("."))) for part in parts]
    return tuple(Tag(*one) for one in itertools.islice(itertools.product(*sets), MOST_TAGS))


def platform_of(tag: str) -> Platform:
    """What a platform tag means.

    Source: PEP 425, PEP 513, PEP 571, PEP 599 (manylinux's names), PEP 600 (`manylinux_X_Y`), PEP 656 (`musllinux`),
    PyPA, "Platform compatibility tags", "macOS".
    """
    if tag == "any":
        return Platform(system="any")
    if tag.startswith("win"):
        return Platform(system="windows", architectures=(ARCHITECTURES.get(tag, tag),))
    if match := re.fullmatch(r"macosx_(\d+)_(\d+)_(\w+)", tag):
        architectures = MAC_ARCHITECTURES.get(match[3], (match[3],))
        return Platform(system="macos", architectures=architectures, minimum=(int(match[1]), int(match[2])))
    if match := re.fullmatch(r"(many|musl)linux_(\d+)_(\d+)_(\w+)", tag):
        libc = "glibc" if match[1] == "many" else "musl"
        return _linux(match[4], libc, (int(match[2]), int(match[3])))
    if match := re.fullmatch(r"manylinux(1|2010|2014)_(\w+)", tag):
        return _linux(match[2], "glibc", {"1": (2, 5), "2010": (2, 12), "2014": (2, 17)}[match[1]])
    if match := re.fullmatch(r"linux_(\w+)", tag):
        return _linux(match[1], "", None)
    return Platform(system=tag.partition("_")[0])


def _linux(machine: str, libc: str, minimum: tuple[int, int] | None) -> Platform:
    return Platform(system="linux", architectures=(MACHINES.get(machine, machine),), libc=libc, minimum=minimum)
