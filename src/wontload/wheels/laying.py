"""Wheels laid over a machine: what it looks like once an installer has put them there."""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from types import ModuleType

from wontload.binary import Image, MalformedImage
from wontload.binary.malformed import NotReached
from wontload.machine.files import NotKnown
from wontload.machine.machine import Machine
from wontload.machine.memory import Content, MemoryFiles, Unread
from wontload.machine.overlay import OverlayFiles
from wontload.wheels.central_directory import Member
from wontload.wheels.wheel import Wheel

LARGEST_MANIFEST_BYTES = 1 << 16  # of a side-by-side manifest, the one text that loaders read


def place_of(member: str, root: str, places: Mapping[str, str], path: ModuleType) -> str:
    """Where a member lies when it is installed.

    Args:
        member: its name in the archive. root: site-packages. places: of the spread parts (`scripts`, `data` …), as
            `sysconfig` names them; one that is not among them goes to `root`. path: `ntpath` or `posixpath`.

    Source: PyPA, "Binary distribution format", "Spread".
    """
    parts = member.split("/")
    if parts[0].endswith(".data") and len(parts) > 2:
        return str(path.join(places.get(parts[1], root), *parts[2:]))
    return str(path.join(root, *parts))


def site_of(machine: Machine) -> str:
    """Where installers put packages of the machine's Python. Source: CPython, Lib/sysconfig.py, `_INSTALL_SCHEMES`."""
    python = machine.python
    prefix = python.prefix if python else ""
    if machine.system.name == "windows":
        return ntpath.join(prefix, "Lib", "site-packages")
    version = ".".join(python.version.split(".")[:2]) if python else ""
    return posixpath.join(prefix, "lib", f"python{version}", "site-packages")


def places_on(machine: Machine, site_packages: str) -> Mapping[str, str]:
    """The places of the spread parts of wheels on a machine, under `sysconfig`'s names."""
    prefix = machine.python.prefix if machine.python else ""
    scripts = "Scripts" if machine.system.name == "windows" else "bin"
    join = machine.path_module.join
    return {
        "purelib": site_packages,
        "platlib": site_packages,
        "scripts": join(prefix, scripts),
        "headers": join(prefix, "include"),
        "data": prefix,
    }


def contents_of(wheel: Wheel, machine: Machine, site_packages: str) -> dict[str, Content]:
    """Every file of a wheel by the path at which it will lie.

    Each is parsed when a loader asks for it, whatever its name: macOS' frameworks and many libraries that delocate has
    put there have no suffix.
    """
    places, path = places_on(machine, site_packages), machine.path_module
    directories: dict[str, str] = {}  # of members' directories, where they will lie, with a separator behind it
    found: dict[str, Content] = {}
    for member in wheel.archive.members.values():
        content: Content = Unread(partial(_content, wheel, member))
        if member.name.lower().endswith(".manifest") and member.size_bytes <= LARGEST_MANIFEST_BYTES:
            content = wheel.archive.read(member, LARGEST_MANIFEST_BYTES)
        head, slash, name = member.name.rpartition("/")
        if (directory := directories.get(head)) is None:
            directory = directories[head] = place_of(f"{head}{slash}-", site_packages, places, path)[:-1]
        found[directory + name] = content
    return found


def _content(wheel: Wheel, member: Member) -> Image | MalformedImage:
    """A native file, for a loader. One whose tables lie further in than may be read is not known."""
    try:
        return wheel.content(member)
    except NotReached as further:
        raise NotKnown(str(further)) from further


def laid_over(machine: Machine, wheels: Iterable[Wheel], site_packages: str = "") -> Machine:
    """The machine with wheels installed on it.

    Args:
        machine: any. wheels: their archives must stay open for as long as the machine is asked.
        site_packages: where they go; where the machine's own Python has its packages, without one.

    Raises:
        BadArchive: a member cannot be read.
    """
    return Laying(wheels).over(machine, site_packages)


class Laying:
    """Wheels that are installed together, on one machine or on many: where they lie alike, that is worked out once."""

    def __init__(self, wheels: Iterable[Wheel]) -> None:
        self._wheels = tuple(wheels)
        self._laid: dict[tuple[str, str, bool], tuple[MemoryFiles, frozenset[str]]] = {}

    def over(self, machine: Machine, site_packages: str = "") -> Machine:
        """See `laid_over`."""
        site, windows = site_packages or site_of(machine), machine.system.name == "windows"
        key = (site, machine.python.prefix if machine.python else "", windows)
        if key not in self._laid:
            contents: dict[str, Content] = {}
            for wheel in self._wheels:
                contents |= contents_of(wheel, machine, site)
            separator = machine.path_module.sep
            made = frozenset(path.rpartition(separator)[0] for path in contents)
            self._laid[key] = MemoryFiles(contents, windows=windows), made
        over, made = self._laid[key]
        return replace(machine, files=OverlayFiles(machine.files, over, windows=windows, complete=made))
