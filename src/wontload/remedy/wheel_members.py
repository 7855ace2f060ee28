"""What installing a wheel puts where: read from the wheel itself, before anything is installed.

Source: PyPA, "Binary distribution format" (the spread of `NAME-VERSION.data`) and "Recording installed projects"
(RECORD's hashes are urlsafe base64 without padding; `INSTALLER`, `REQUESTED` and `direct_url.json` are added).
"""

from __future__ import annotations

import base64
import csv
import io
import os
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from wontload.remedy.refused import Refused

MOST_MEMBERS = 100_000
LARGEST_RECORD_BYTES = 64 << 20
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
        with zipfile.ZipFile(path) as archive:
            record = _record_of(archive)
            with archive.open(record) as stream:
                text = stream.read(LARGEST_RECORD_BYTES).decode()
            platlib = b"root-is-purelib: false" in _wheel_metadata(archive, record).lower()
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError, RuntimeError, NotImplementedError) as error:
        raise Refused(f"{path} is not a wheel that can be read: {error}.") from error
    root = places["platlib" if platlib else "purelib"]
    dist_info = record.partition("/")[0]
    name, _, version = dist_info.removesuffix(".dist-info").partition("-")
    return WheelFiles(name, version, os.path.join(root, dist_info), tuple(_placed(text, root, places, path)))


def _record_of(archive: zipfile.ZipFile) -> str:
    names = [name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/RECORD", name)]
    if len(names) != 1:
        raise zipfile.BadZipFile(f"it has {len(names)} RECORD files")
    return names[0]


def _wheel_metadata(archive: zipfile.ZipFile, record: str) -> bytes:
    with archive.open(record.removesuffix("RECORD") + "WHEEL") as stream:
        return stream.read(1 << 20)


def _placed(text: str, root: str, places: Mapping[str, str], wheel: str) -> Iterator[Placed]:
    for number, row in enumerate(csv.reader(io.StringIO(text))):
        if number > MOST_MEMBERS:
            raise Refused(f"{wheel} lists more than {MOST_MEMBERS} files.")
        if not row or not row[0]:
            continue
        digest, size = (*row[1:3], "", "")[:2]
        size_bytes = int(size) if size.isascii() and size.isdigit() else None
        yield Placed(place_of(row[0], root, places, wheel), _hexadecimal(digest), size_bytes)


def place_of(member: str, root: str, places: Mapping[str, str], wheel: str) -> str:
    """Where a member lies when it is installed. A member that would leave its place is refused."""
    parts = PurePosixPath(member).parts
    if not parts or ".." in parts or PurePosixPath(member).is_absolute() or "\\" in member or ":" in parts[0]:
        raise Refused(f"{wheel} wants to write outside its place: {member!r}.")
    if parts[0].endswith(".data") and len(parts) > 2:
        return os.path.join(places.get(parts[1], root), *parts[2:])
    return os.path.join(root, *parts)


def unpack(path: str, places: Mapping[str, str]) -> None:
    """Lay every file that a wheel lists where it belongs. Raises `Refused` as `wheel_files` does, and `OSError`."""
    files = wheel_files(path, places)
    root = os.path.dirname(files.dist_info)
    listed = {placed.path for placed in files.files}
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            place = "" if member.is_dir() else place_of(member.filename, root, places, path)
            if place in listed:
                os.makedirs(os.path.dirname(place), exist_ok=True)
                with archive.open(member) as source, open(place, "wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)


def _hexadecimal(field: str) -> str:
    algorithm, _, digest = field.partition("=")
    if algorithm != "sha256":
        return ""
    try:
        return base64.urlsafe_b64decode(digest + "=" * (-len(digest) % 4)).hex()
    except ValueError:
        return ""
