"""Whether an installed distribution was made for this Python and system at all, by its WHEEL tags and its files.

Tags alone prove nothing: a cross build may carry its builder's, and what was added later has other files. So a
distribution is another's only where its native files agree. Minimum versions of glibc and macOS are not looked at.
"""

from __future__ import annotations

import re

from wontload.binary import Image, MalformedImage
from wontload.diagnosis.alone import is_for, mode_of
from wontload.knowledge.wheel_tags import Tag, expand, platform_of
from wontload.loader.modes import default_mode
from wontload.machine import Kind, Machine, NotKnown
from wontload.machine.inventory import Distribution

_CPYTHON = re.compile(r"cp(\d)(\d+)(t?)")  # PyPA, "Platform compatibility tags": cp312, and as an ABI cp313t
_FREE_THREADED = re.compile(r"\.(?:cpython-|cp)\d+t\b")  # PEP 703's builds, by the names that they take


def strange_files(machine: Machine, distribution: Distribution) -> tuple[str, ...]:
    """Native files of a distribution that was made for another Python or system; empty where it was made for this one.

    That is one of which no WHEEL tag fits and no extension module is for this Python; where it has none, no library
    either. Without tags its extension modules decide, all of which must be another Python's by their names.
    """
    tags = tuple(one for text in distribution.tags for one in expand(text))
    if any(fits(machine, one) for one in tags):
        return ()
    own: list[tuple[str, str]] = []
    strange: list[tuple[str, str]] = []
    for path in (file.path for file in distribution.files if file.present):
        image, name = _image(machine, path), str(machine.path_module.basename(path))
        mode = mode_of(name, image, machine)
        here = mode is not None and (image is None or is_for(machine, image, mode))
        (own if here else strange).append((path, "import" if mode is None else default_mode(name)))
    extensions = any(mode == "import" for _, mode in strange)
    if any(mode == "import" for _, mode in own) or not (extensions or (tags and not own)):
        return ()
    return tuple(path for path, mode in strange if mode == "import" or not extensions)


def fits(machine: Machine, tag: Tag) -> bool:
    """Whether files of a wheel with that tag are for this machine's Python; where that is not known, they are."""
    return _fits_system(machine, tag) and _fits_python(machine, tag)


def on_this_platform(machine: Machine, distribution: Distribution) -> bool:
    """Whether one of its tags names this system, processor and C library, whatever Python it is for."""
    return any(_fits_system(machine, one) for text in distribution.tags for one in expand(text))


def told_of(distribution: Distribution) -> str:
    """For what it was made, as its WHEEL file says first; empty where it says nothing."""
    return next(iter(distribution.tags), "")


def _fits_system(machine: Machine, tag: Tag) -> bool:
    platform, system = platform_of(tag.platform), machine.system
    if platform.system not in ("any", system.name):
        return False
    if platform.architectures and system.architecture not in platform.architectures:
        return False
    return not (platform.libc and system.libc) or platform.libc == system.libc


def _fits_python(machine: Machine, tag: Tag) -> bool:
    python, made = machine.python, _CPYTHON.fullmatch(tag.abi)
    if python is None or tag.abi in ("none", "abi3"):
        return True
    if python.implementation != "CPython":
        return made is None
    if made is None:
        return not tag.abi.startswith(("pypy", "graalpy"))
    free = any(map(_FREE_THREADED.match, python.extension_suffixes))
    return python.version.split(".")[:2] == [made[1], made[2]] and bool(made[3]) is free


def _image(machine: Machine, path: str) -> Image | None:
    if machine.files.kind(path) is not Kind.FILE:
        return None
    try:
        return machine.files.image(path)
    except (MalformedImage, NotKnown, LookupError):
        return None
