"""The wheel tags that a machine's Python takes, best first, worked out from the `Machine` alone: live, saved or clean.

Sources: PyPA, "Platform compatibility tags" (PEP 425, 600, 656); the order is that of `packaging.tags`, which pip uses:
its `cpython_tags` and `compatible_tags` make the list, with platforms that it cannot ask this computer for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from wontload.machine import Machine, System
from wontload.machine.machine import Python

if TYPE_CHECKING:
    from packaging.tags import Tag

# manylinux's names of before PEP 600, by glibc's minor version.
LEGACY = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}
# The oldest glibc that a manylinux tag of an architecture may name. Source: PEP 513, 571, 599, as in packaging.
OLDEST_MINOR = {"x86_64": 5, "i686": 5}
ABI_OF_SUFFIX = re.compile(r"\.(?:cpython-|cp)(\d{2,4}[a-z]*)[-.]")
PYPY_OF_SUFFIX = re.compile(r"\.(pypy\d+-pp\d+)[-.]")


def supported_tags(machine: Machine) -> tuple[Tag, ...]:
    """The tags, best first; empty for a machine without a Python or with one whose platform is not known."""
    from packaging import tags

    python = machine.python
    if python is None or not python.platform:
        return ()
    platforms = tuple(platforms_of(machine.system, python))
    version = _version(python)
    if python.implementation == "PyPy":
        abi = _pypy_abi(python)
        generic = tags.generic_tags(f"pp{version[0]}{version[1]}", [abi] if abi else [], platforms)
        return (*generic, *tags.compatible_tags(version, "pp3", platforms))
    if python.implementation != "CPython":
        return tuple(tags.compatible_tags(version, platforms=platforms))
    own = tags.cpython_tags(version, [_abi(python, version)], platforms)
    interpreter = f"cp{version[0]}{version[1]}"
    return (*own, *tags.compatible_tags(version, interpreter, platforms))


def platforms_of(system: System, python: Python) -> Iterator[str]:
    """Platform tags, best first."""
    if system.name == "windows":
        yield python.platform
    elif system.name == "macos":
        yield from _mac_platforms(system, python)
    else:
        yield from _linux_platforms(system, python)


def _mac_platforms(system: System, python: Python) -> Iterator[str]:
    from packaging import tags

    architecture = python.platform.rpartition("_")[2]
    if python.platform.endswith("x86_64"):
        architecture = "x86_64"
    numbers = [int(part) for part in re.findall(r"\d+", system.version)][:2]
    if numbers:
        yield from tags.mac_platforms((numbers[0], numbers[1] if len(numbers) > 1 else 0), architecture)


def _linux_platforms(system: System, python: Python) -> Iterator[str]:
    architecture = python.platform.partition("_")[2]
    numbers = [int(part) for part in re.findall(r"\d+", system.libc_version)][:2]
    yield f"linux_{architecture}"
    if len(numbers) < 2:
        return
    major, newest = numbers
    if system.libc == "musl":
        yield from (f"musllinux_{major}_{minor}_{architecture}" for minor in range(newest, -1, -1))
        return
    for minor in range(newest, OLDEST_MINOR.get(architecture, 17) - 1, -1):
        yield f"manylinux_{major}_{minor}_{architecture}"
        if minor in LEGACY:
            yield f"{LEGACY[minor]}_{architecture}"


def _version(python: Python) -> tuple[int, int]:
    numbers = [int(part) for part in re.findall(r"\d+", python.version)][:2]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (3, 0)


def _abi(python: Python, version: tuple[int, int]) -> str:
    """Such as `cp311`, `cp313t`. Before 3.8 there were others (`cp37m`)."""
    for suffix in python.extension_suffixes:
        if match := ABI_OF_SUFFIX.match(suffix):
            return f"cp{match[1]}"
    return f"cp{version[0]}{version[1]}"


def _pypy_abi(python: Python) -> str:
    found = (PYPY_OF_SUFFIX.match(suffix) for suffix in python.extension_suffixes)
    return next((match[1].replace("-", "_") for match in found if match), "")
