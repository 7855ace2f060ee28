"""A wheel under a local version: `0.3.16` becomes `0.3.16+cu124.sm89`, in its file name, METADATA and RECORD.

Sources: PyPA specifications, Binary distribution format (names of the `.dist-info` and `.data` directories, RECORD),
Version specifiers (local version identifiers).
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import re
import zipfile
from collections.abc import Iterator

from wontload.errors import WontloadError

CHUNK_BYTES = 1 << 20


class NotAWheel(WontloadError):
    """What the build left is no wheel that could be named. Exit status 4."""


def local_of(version: str) -> tuple[str, str]:
    """A version's public part, and its local one (empty without)."""
    public, _, local = version.partition("+")
    return public, local


def with_local(version: str, local: str) -> str:
    """A version with a local part; one that it has already stays in front."""
    public, own = local_of(version)
    parts = [part for part in (own, local) if part]
    return f"{public}+{'.'.join(parts)}" if parts and not own.endswith(local) else version


def relabel(wheel: str, directory: str, local: str) -> str:
    """Write the wheel anew with the local version, into `directory`; the new file's path.

    Raises:
        NotAWheel: it has no `.dist-info`, or a METADATA without a version.
    """
    try:
        with zipfile.ZipFile(wheel) as old:
            info = _info(old, wheel)
            name, _, version = info.removesuffix(".dist-info").rpartition("-")
            new = with_local(version, local)
            if new == version:
                return _moved(wheel, directory)
            kept = os.path.basename(wheel).removeprefix(f"{name}-{version}-")
            file = os.path.join(directory, f"{name}-{new}-{kept}")
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                _write(old, archive, f"{name}-{version}", f"{name}-{new}", (version, new))
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise NotAWheel(f"{wheel} cannot be given a local version: {error}.") from error
    return file


def _moved(wheel: str, directory: str) -> str:
    target = os.path.join(directory, os.path.basename(wheel))
    os.replace(wheel, target)
    return target


def _info(archive: zipfile.ZipFile, wheel: str) -> str:
    tops = {name.partition("/")[0] for name in archive.namelist()}
    infos = sorted(name for name in tops if name.endswith(".dist-info"))
    if len(infos) != 1 or infos[0].count("-") < 1:
        raise NotAWheel(f"{wheel} has {len(infos)} .dist-info directories.")
    return infos[0]


def _write(old: zipfile.ZipFile, new: zipfile.ZipFile, before: str, after: str, versions: tuple[str, str]) -> None:
    """Every member under its new name; RECORD last, made anew from what was really written."""
    rows: list[tuple[str, str, str]] = []
    record = f"{before}.dist-info/RECORD"
    for member in old.infolist():
        if member.filename in (record, f"{record}.jws", f"{record}.p7s"):
            continue
        name = _renamed(member.filename, before, after)
        target = zipfile.ZipInfo(name, member.date_time)
        target.external_attr, target.compress_type = member.external_attr, zipfile.ZIP_DEFLATED
        target.file_size = member.file_size  # above 2 GiB, zipfile must know it before it writes
        with new.open(target, "w") as out:
            digest, size = hashlib.sha256(), 0
            for data in _content(old, member, before, versions):
                out.write(data)
                digest.update(data)
                size += len(data)
        if not member.is_dir():
            rows.append((name, "sha256=" + base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode(), str(size)))
    record = f"{after}.dist-info/RECORD"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([*rows, (record, "", "")])
    new.writestr(record, text.getvalue())


def _renamed(name: str, before: str, after: str) -> str:
    for end in (".dist-info/", ".data/"):
        if name.startswith(before + end):
            return after + name[len(before) :]
    return name


def _content(old: zipfile.ZipFile, member: zipfile.ZipInfo, before: str, versions: tuple[str, str]) -> Iterator[bytes]:
    if member.filename != f"{before}.dist-info/METADATA":
        with old.open(member) as file:
            while data := file.read(CHUNK_BYTES):
                yield data
        return
    head, blank, body = old.read(member).partition(b"\n\n")
    pattern = rb"(?mi)^Version:[ \t]*" + re.escape(versions[0].encode()) + rb"[ \t]*(\r?)$"
    head, count = re.subn(pattern, b"Version: " + versions[1].encode() + rb"\1", head)
    if count != 1:
        raise NotAWheel(f"METADATA does not give the version {versions[0]}.")
    yield head + blank + body
