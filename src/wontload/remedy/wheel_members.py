"""What installing a wheel puts where: read from the wheel itself, before anything is installed.

Source: PyPA, "Binary distribution format" (the spread of `NAME-VERSION.data`), "Recording installed projects"
(RECORD's hashes are urlsafe base64 without padding; `INSTALLER`, `REQUESTED` and `direct_url.json` are added) and
"Entry points" (of two groups installers make scripts; on Windows distlib's and uv's launchers are called `NAME.exe`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import dataclass
from pathlib import PurePosixPath

from wontload.remedy.refused import Refused
from wontload.wheels.archive import Archive
from wontload.wheels.bad_archive import BadArchive
from wontload.wheels.wheel import read_wheel

LARGEST_ENTRY_POINTS_BYTES = 1 << 20
WRITTEN_BY_INSTALLERS = ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json", "uv_cache.json")


@dataclass(frozen=True, slots=True)
class Placed:
    """One file of a wheel: where it will lie, and the SHA-256 and size that RECORD gives; empty or `None` without."""

    path: str
    sha256: str
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class WheelFiles:
    """A wheel's distribution, and every file that it brings.

    Attributes:
        name: as the file's name spells it. version: likewise. dist_info: directory of its metadata once installed.
        scripts: paths of those that an installer makes of its entry points, beside the files.
    """

    name: str
    version: str
    dist_info: str
    files: tuple[Placed, ...]
    scripts: tuple[str, ...] = ()


def wheel_files(path: str, places: Mapping[str, str]) -> WheelFiles:
    """Read a wheel's RECORD. Raises `Refused` for what is no wheel, or one that would leave its places."""
    try:
        with Archive(path) as archive:
            wheel = read_wheel(archive)
            scripts = tuple(_scripts(archive, wheel.dist_info))
    except BadArchive as bad:
        raise Refused(f"{path} is not a wheel that can be read: {bad.member or 'it'} {bad.what}.") from bad
    if not wheel.record:
        raise Refused(f"{path} is not a wheel that can be read: it has no RECORD.")
    root = places["purelib" if wheel.pure else "platlib"]
    name, _, version = wheel.dist_info.removesuffix(".dist-info").partition("-")
    placed = (
        Placed(place_of(row.path, root, places, path), row.digest if row.algorithm == "sha256" else "", row.size_bytes)
        for row in wheel.record
    )
    made = (os.path.join(places["scripts"], one) for one in scripts if "scripts" in places)
    return WheelFiles(name, version, os.path.join(root, wheel.dist_info), tuple(placed), tuple(made))


def _scripts(archive: Archive, dist_info: str) -> Iterator[str]:
    """File names of the scripts that its entry points stand for; a name that is no file's name makes none."""
    member = archive.members.get(f"{dist_info}/entry_points.txt")
    if member is None:
        return
    parser = ConfigParser(delimiters=("=",), strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # names keep their case, as the standard says
    try:
        parser.read_string(archive.read(member, LARGEST_ENTRY_POINTS_BYTES).decode("utf-8", "replace"))
    except ConfigError:
        return
    for group in ("console_scripts", "gui_scripts"):
        for name in parser.options(group) if parser.has_section(group) else ():
            if re.fullmatch(r"[\w.-]+", name) and name.strip("."):
                yield f"{name}.exe" if os.name == "nt" else name


def place_of(member: str, root: str, places: Mapping[str, str], wheel: str) -> str:
    """Where a member lies when it is installed. A member that would leave its place is refused."""
    parts = PurePosixPath(member).parts
    if not parts or ".." in parts or PurePosixPath(member).is_absolute() or "\\" in member or ":" in parts[0]:
        raise Refused(f"{wheel} wants to write outside its place: {member!r}.")
    if parts[0].endswith(".data") and len(parts) > 2:
        return os.path.join(places.get(parts[1], root), *parts[2:])
    return os.path.join(root, *parts)


def unpack(path: str, places: Mapping[str, str]) -> None:
    """Lay every file that a wheel lists where it belongs. Raises `Refused`, `BadArchive` and `OSError`."""
    files = wheel_files(path, places)
    root = os.path.dirname(files.dist_info)
    listed = {placed.path for placed in files.files}
    with Archive(path) as archive:
        for member in archive.members.values():
            place = place_of(member.name, root, places, path)
            if place in listed:
                os.makedirs(os.path.dirname(place), exist_ok=True)
                with open(place, "wb") as target:
                    target.writelines(archive.chunks(member))
