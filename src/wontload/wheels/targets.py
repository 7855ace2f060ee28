"""On which clean machines a wheel is judged: those of its tags, or of the profiles that somebody names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from wontload.binary import Image
from wontload.diagnosis.module_builds import python_needed
from wontload.knowledge import profiles
from wontload.knowledge.profiles import newest_profiles
from wontload.knowledge.wheel_tags import Platform, platform_of
from wontload.machine import Machine, Process
from wontload.machine.overlay import OverlayFiles
from wontload.machine.profile import clean_machine, wanted
from wontload.wheels.central_directory import Member
from wontload.wheels.wheel import Wheel

NEWEST_PYTHON = (3, 14)
OLDEST_PYTHON = (3, 8)
ANY_PYTHON = (3, 12)  # for libraries that no Python is needed for
CPYTHON = re.compile(r"cp3(\d+)(t?)$")
ANY_PYTHON_3 = re.compile(r"py3\d*$")


@dataclass(frozen=True, slots=True)
class Target:
    """One machine to judge a wheel on.

    Attributes:
        profile: its name, with extras. architecture: of the process. python: its version.
        threaded: a CPython without the GIL.
    """

    profile: str
    architecture: str
    python: tuple[int, int]
    threaded: bool = False

    def __str__(self) -> str:
        version = f"{self.python[0]}.{self.python[1]}{'t' * self.threaded}"
        return f"{self.profile} {self.architecture} CPython {version}"


def targets_for(wheel: Wheel, profiles: Sequence[str] = ()) -> tuple[Target, ...]:
    """The machines that a wheel's tags speak of.

    Args:
        profiles: names of profiles; those that are of another system than the tags' are left out. Without any, the
            newest of the tags' systems.

    Raises:
        UsageError: a name is no profile's.
    """
    found: dict[Target, None] = {}
    for name in dict.fromkeys(tag.platform for tag in wheel.tags):
        platform = platform_of(name)
        for profile in _profiles(platform, profiles):
            for architecture in _processors(platform):
                for python, threaded in _pythons(wheel, platform.system):
                    found[Target(profile, architecture, python, threaded)] = None
    return tuple(found)


def _processors(platform: Platform) -> tuple[str, ...]:
    """Those of the tag that the systems of the profiles run on: no macOS of today runs 32-bit or PowerPC code."""
    if platform.system == "macos":
        return tuple(one for one in platform.architectures if one in ("x86_64", "aarch64"))
    return platform.architectures or ("x86_64",)


def _profiles(platform: Platform, named: Sequence[str]) -> Iterator[str]:
    libc = platform.libc or ("glibc" if platform.system == "linux" else "")
    for name in named or newest_profiles(platform.system, libc):
        one = profiles.profile(wanted(name).system)
        if one.system == platform.system and one.libc == libc and _takes(one.libc_version or one.version, platform):
            yield name


def _takes(version: str, platform: Platform) -> bool:
    """Whether an installer takes the tag on a system with that libc or of that macOS: a tag names the oldest."""
    return platform.minimum is None or tuple(int(part) for part in version.split(".")[:2]) >= platform.minimum


def _pythons(wheel: Wheel, system: str) -> Iterator[tuple[tuple[int, int], bool]]:
    """Versions of CPython 3. For `abi3`, on Windows all of them, as each has a DLL of its own; elsewhere the oldest.

    For any Python 3 those that the wheel has modules for, where it has some for one Python each (cefpython3).
    None for tags of Python 2 and of other implementations alone: no installer lays such a wheel into a CPython 3.
    """
    for tag in wheel.tags:
        match = CPYTHON.match(tag.python)
        if tag.abi == "abi3" and match:
            oldest = max(OLDEST_PYTHON, (3, int(match[1])))
            newest = NEWEST_PYTHON if system == "windows" else oldest
            yield from (((3, minor), False) for minor in range(oldest[1], max(oldest, newest)[1] + 1))
        elif match:
            yield (3, int(match[1])), tag.abi.endswith("t")
        elif ANY_PYTHON_3.match(tag.python):
            yield from ((python, False) for python in _needed_pythons(wheel) or [ANY_PYTHON])


def _needed_pythons(wheel: Wheel) -> list[tuple[int, int]]:
    images = (content for one in wheel.natives if isinstance(content := wheel.content(one), Image))
    needed = {version for image in images if (version := python_needed(image))}
    return sorted(version for version in needed if OLDEST_PYTHON <= version <= NEWEST_PYTHON)


def is_for_another_python(wheel: Wheel, member: Member, target: Target) -> bool:
    """Whether a file of a wheel for any Python is for another one than this: code that looks at its version chooses."""
    content = wheel.content(member)
    if any(CPYTHON.match(one.python) for one in wheel.tags) or not isinstance(content, Image):
        return False
    return python_needed(content) not in (None, target.python)


@lru_cache(maxsize=64)
def machine_of(target: Target) -> tuple[Machine, Process]:
    """The machine of a target, and a fresh process of its Python. Raises `UsageError`."""
    machine, process = clean_machine(target.profile, architecture=target.architecture, python=target.python)
    if not target.threaded or machine.python is None:
        return machine, process
    digits = f"{target.python[0]}{target.python[1]}"
    suffixes = tuple(one.replace(digits, f"{digits}t", 1) for one in machine.python.extension_suffixes)
    machine = replace(machine, python=replace(machine.python, extension_suffixes=suffixes))
    if machine.system.name != "windows":
        return machine, process
    plain = next(path for path in process.modules if path.endswith(f"python{digits}.dll"))
    own = plain.replace(f"python{digits}.dll", f"python{digits}t.dll")
    files = OverlayFiles(machine.files, {own: machine.files.image(plain)}, windows=True)
    return replace(machine, files=files), replace(process, modules=(*process.modules, own))
