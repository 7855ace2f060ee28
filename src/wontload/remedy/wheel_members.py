"""What installing a wheel puts where: read from the wheel itself, before anything is installed.

Source: PyPA, "Binary distribution format" (the spread of `NAME-VERSION.data`) and "Recording installed projects"
(RECORD's hashes are urlsafe base64 without padding; `INSTALLER`, `REQUESTED` and `direct_url.json` are added).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from wontload.remedy.refused import Refused
from wontload.wheels.archive import Archive
from wontload.wheels.bad_archive import BadArchive
from wontload.wheels.wheel import read_wheel

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
    """

    name: str
    version: str
    dist_info: str
    files: tuple[Placed, ...]


def wheel_files(path: str, places: Mapping[str, str]) -> WheelFiles:
    """Read a wheel's RECORD. Raises `Refused` for what is no wheel, or one that would leave its places."""
    try:
        with Archive(path) as archive:
            wheel = read_wheel(archive)
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
    return WheelFiles(name, version, os.path.join(root, wheel.dist_info), tuple(placed))


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
