"""What a wheel says of itself and what is in it, read from the archive and nothing installed.

Source: PyPA specifications, "Binary distribution format", "Core metadata", "Recording installed projects" (RECORD).
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.parser import HeaderParser
from functools import cached_property

from wontload.binary import Image, MalformedImage
from wontload.diagnosis.contents import Row
from wontload.knowledge.packages import normalised
from wontload.machine.files import NATIVE_SUFFIX
from wontload.machine.memory import Content
from wontload.wheels.archive import Archive
from wontload.wheels.bad_archive import BadArchive
from wontload.wheels.central_directory import Member
from wontload.wheels.tags import Tag, expand, parse_file_name

LARGEST_METADATA_BYTES = 16 << 20
LARGEST_RECORD_BYTES = 64 << 20
PROGRAM_DIRECTORIES = frozenset(("bin", "sbin", "libexec", "scripts"))
HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+")


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """A wheel.

    Attributes:
        file_name: of the wheel. archive: open for as long as images of it are used.
        name, version: as the file's name has them; the version with its local part (`0.3.16+cu124`).
        build: build tag; empty without one. tags: of the file's name, written out.
        inner_tags: those that its WHEEL file has. pure: `Root-Is-Purelib`.
        dist_info: name of the directory of its metadata.
        requires_python: version specifier; empty without one. requires_dist: as METADATA has them.
        record: rows of RECORD, in order. natives: members with the name of a native file, in the archive's order.
        metadata: all fields of METADATA, in order.
    """

    file_name: str
    archive: Archive = field(repr=False)
    name: str
    version: str
    build: str
    tags: tuple[Tag, ...]
    inner_tags: tuple[Tag, ...]
    pure: bool
    dist_info: str
    requires_python: str
    requires_dist: tuple[str, ...]
    record: tuple[Row, ...] = field(repr=False)
    natives: tuple[Member, ...] = field(repr=False)
    metadata: tuple[tuple[str, str], ...] = field(repr=False)
    _contents: dict[str, Content] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def top_level(self) -> tuple[str, ...]:
        """Names at the top that could be imported."""
        names = dict.fromkeys(member.partition("/")[0] for member in self.archive.members)
        kept = (name for name in names if not name.endswith((".dist-info", ".data", ".libs")))
        return tuple(name.partition(".")[0] for name in kept)

    @property
    def programs(self) -> Iterator[Member]:
        """Members that may be programs by their names: they have no suffix, and lie where programs do."""
        for name, member in self.archive.members.items():
            directory, _, base = name.rpartition("/")
            if "." not in base and directory.rpartition("/")[2] in PROGRAM_DIRECTORIES:
                yield member

    def content(self, member: Member) -> Image | MalformedImage:
        """A native file as `machine.memory` takes it: parsed, once, or what is wrong with it."""
        found = self._contents.get(member.name)
        if not isinstance(found, (Image, MalformedImage)):
            try:
                found = self.archive.image(member)
            except MalformedImage as malformed:
                found = malformed
            self._contents[member.name] = found
        return found

    def remember(self, member: Member, content: Image | MalformedImage) -> None:
        """Let this be what `content` gives from now on: somebody read it already, as far as it may be read."""
        self._contents[member.name] = content

    def image(self, member: Member) -> Image:
        """A native file, parsed once. Raises `MalformedImage`."""
        content = self.content(member)
        if isinstance(content, MalformedImage):
            raise content
        return content


def read_wheel(archive: Archive, file_name: str = "") -> Wheel:
    """Read a wheel's own description. No native file is read before it is asked for.

    Args:
        archive: open. file_name: of the wheel, where the archive's name does not end with it.

    Raises:
        BadArchive: it is no wheel, or not one that can be understood.
    """
    file_name = file_name or posixpath.basename(archive.name.replace("\\", "/"))
    named = parse_file_name(file_name)
    dist_info = _dist_info(archive)
    about = _fields(archive, f"{dist_info}/WHEEL")
    metadata = _fields(archive, f"{dist_info}/METADATA")
    return Wheel(
        file_name=file_name,
        archive=archive,
        name=named.name,
        version=named.version,
        build=named.build,
        tags=named.tags,
        inner_tags=tuple(tag for value in _all(about, "Tag") for tag in expand(value)),
        pure=_first(about, "Root-Is-Purelib").lower() == "true",
        dist_info=dist_info,
        requires_python=_first(metadata, "Requires-Python"),
        requires_dist=_all(metadata, "Requires-Dist"),
        record=tuple(_record(archive, f"{dist_info}/RECORD")),
        natives=tuple(one for one in archive.members.values() if NATIVE_SUFFIX.search(one.name)),
        metadata=metadata,
    )


def required_name(requirement: str) -> str:
    """The distribution that a requirement is of, as indexes compare names (PEP 508)."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement.strip())
    return normalised(match[0]) if match else ""


def _dist_info(archive: Archive) -> str:
    found = {name.partition("/")[0] for name in archive.members}
    found = {name for name in found if name.endswith(".dist-info") and f"{name}/WHEEL" in archive.members}
    if len(found) != 1:
        raise BadArchive(
            archive.name, f"it has {len(found)} .dist-info directories with a WHEEL file, and must have one"
        )
    return found.pop()


def _fields(archive: Archive, name: str) -> tuple[tuple[str, str], ...]:
    """The headers of an e-mail-like file; of a file that is not there, none."""
    member = archive.members.get(name)
    if member is None:
        return ()
    text = archive.read(member, LARGEST_METADATA_BYTES).decode("utf-8", "replace")
    return tuple((key, str(value)) for key, value in HeaderParser().parsestr(text, headersonly=True).items())


def _all(fields: tuple[tuple[str, str], ...], name: str) -> tuple[str, ...]:
    return tuple(" ".join(value.split()) for key, value in fields if key.lower() == name.lower())


def _first(fields: tuple[tuple[str, str], ...], name: str) -> str:
    return next(iter(_all(fields, name)), "")


def _record(archive: Archive, name: str) -> Iterator[Row]:
    member = archive.members.get(name)
    if member is None:
        return
    text = archive.read(member, LARGEST_RECORD_BYTES).decode("utf-8", "surrogateescape")
    try:
        for row in csv.reader(io.StringIO(text, newline="")):
            if row and row[0]:
                digest, size = (*row[1:3], "", "")[:2]
                algorithm, _, value = digest.partition("=")
                size_bytes = int(size) if size.isascii() and size.isdigit() and len(size) < 20 else None
                hexadecimal = _is_hexadecimal(algorithm, value)
                read = value.lower() if hexadecimal else _hexadecimal(value)
                yield Row(row[0], algorithm, read, size_bytes, hexadecimal)
    except csv.Error as error:
        raise BadArchive(archive.name, f"is no list of files ({error})", member=name) from error


def _is_hexadecimal(algorithm: str, digest: str) -> bool:
    """Whether a hash is written in hexadecimal, where the standard asks for base64: it is that long, and no other."""
    if algorithm not in hashlib.algorithms_guaranteed or not HEXADECIMAL.fullmatch(digest):
        return False
    return len(digest) == 2 * hashlib.new(algorithm, usedforsecurity=False).digest_size


def _hexadecimal(digest: str) -> str:
    try:
        return base64.urlsafe_b64decode(digest + "=" * (-len(digest) % 4)).hex()
    except ValueError:
        return ""
