"""The list of members at the end of a ZIP file, with everything refused that two readers could understand differently.

What an installer unpacks must be what was judged here. So a list that leaves room for another reading (bytes before or
behind, a name twice, members over one another, sizes that cannot be) is refused, as PyPI does it for uploads.

Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification" 6.3.10; sections are named beside the structures.
"""

from __future__ import annotations

import re
import stat
import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from wontload.wheels.bad_archive import BadArchive

STORED, DEFLATED = 0, 8
METHODS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd"}

# 4.3.16: number of this disk, disk with the list, members on this disk, members, size and offset of the list, comment.
END = struct.Struct("<4s4H2LH")
END_SIGNATURE = b"PK\x05\x06"
# 4.3.15: disk with the end record, its offset, number of disks.
LOCATOR_64 = struct.Struct("<4sLQL")
LOCATOR_64_SIGNATURE = b"PK\x06\x07"
# 4.3.14: size, versions, disks, members on this disk, members, size and offset of the list.
END_64 = struct.Struct("<4sQ2H2L4Q")
END_64_SIGNATURE = b"PK\x06\x06"
# 4.3.12. Kept: made by, flags, method, CRC, sizes, lengths, disk, attributes, offset.
ENTRY = struct.Struct("<4s6H3L5H2L")
ENTRY_SIGNATURE = b"PK\x01\x02"
LONGEST_COMMENT_BYTES = 0xFFFF
FULL_16, FULL_32 = 0xFFFF, 0xFFFFFFFF  # 4.4.1.4: the number stands in the ZIP64 record
EXTRA_64 = 1  # 4.5.3
ENCRYPTED, STRONGLY, UTF_8 = 1 << 0, 1 << 6, 1 << 11  # 4.4.4
MADE_ON_UNIX = 3  # 4.4.2.2

LOCAL_HEADER_BYTES = 30  # 4.3.7
MOST_MEMBERS = 200_000
LARGEST_LIST_BYTES = 64 << 20
LARGEST_BYTES = 64 << 30  # of all members, unpacked: three times the largest wheel there is
LONGEST_NAME = 1024
MOST_RATIO, RATIO_SLACK_BYTES = 1032, 1 << 16  # what Deflate can do at most (zlib, "Technical Details")
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\\]|[\u202a-\u202e\u2066-\u2069]")
DRIVE = re.compile(r"[A-Za-z]:")


class Member(NamedTuple):
    """One file of an archive.

    Attributes:
        name: with slashes. size_bytes, packed_bytes: unpacked, and as it lies in the archive.
        method: `STORED` or `DEFLATED`. crc: CRC-32 of the unpacked bytes. offset: of its local header.
        flags: of the specification's section 4.4.4. mode: Unix permissions and type; 0 where there are none.
    """

    name: str
    size_bytes: int
    packed_bytes: int
    method: int
    crc: int
    offset: int
    flags: int
    mode: int


ReadAt = Callable[[int, int], bytes]


def read_members(read_at: ReadAt, size_bytes: int, archive: str) -> tuple[Member, ...]:
    """The members of an archive in the order of its list, without directories.

    Args:
        read_at: gives exactly (offset, size) bytes of it. size_bytes: of the archive. archive: its name, for messages.

    Raises:
        BadArchive: it is none, or one that should not be unpacked.
    """
    count, size, offset = _list_place(read_at, size_bytes, archive)
    if count > MOST_MEMBERS or size > LARGEST_LIST_BYTES:
        raise BadArchive(archive, f"it lists {count} members in {size} bytes, more than any wheel")
    listed = read_at(offset, size)
    members = list(_entries(listed, count, archive))
    _refuse_overlaps(members, offset, archive)
    found = [one for one in members if not one.name.endswith("/")]
    _refuse_doubles(found, archive)
    if sum(one.size_bytes for one in found) > LARGEST_BYTES:
        raise BadArchive(archive, f"its members would take more than {LARGEST_BYTES >> 30} GiB when unpacked")
    return tuple(found)


def _list_place(read_at: ReadAt, size_bytes: int, archive: str) -> tuple[int, int, int]:
    """How many members there are, the list's size in bytes, and its offset."""
    tail_bytes = min(size_bytes, END.size + LONGEST_COMMENT_BYTES + LOCATOR_64.size)
    tail = read_at(size_bytes - tail_bytes, tail_bytes)
    at = tail.rfind(END_SIGNATURE)
    if at < 0 or at + END.size > len(tail):
        raise BadArchive(archive, "it is no ZIP file, or was cut short: the record at its end is not there")
    _, disk, first_disk, here, count, size, offset, comment = END.unpack_from(tail, at)
    if at + END.size + comment != len(tail):
        raise BadArchive(archive, "bytes follow the record that should end it")
    end = size_bytes - tail_bytes + at
    if FULL_16 in (disk, first_disk, here, count) or FULL_32 in (size, offset):
        end, disk, first_disk, here, count, size, offset = _end_64(read_at, tail, at, end, archive)
    if (disk, first_disk) != (0, 0) or here != count:
        raise BadArchive(archive, "it is one part of an archive in several parts")
    if offset + size != end:
        raise BadArchive(archive, f"its list of members does not end where its end record begins (at {end})")
    return count, size, offset


def _end_64(read_at: ReadAt, tail: bytes, at: int, end: int, archive: str) -> tuple[int, ...]:
    """The same from the ZIP64 records: where the first of them begins, disks, members, and the list's place."""
    if at < LOCATOR_64.size or tail[at - LOCATOR_64.size : at - LOCATOR_64.size + 4] != LOCATOR_64_SIGNATURE:
        raise BadArchive(archive, "its end record points to a ZIP64 record that is not there")
    _, _, offset, disks = LOCATOR_64.unpack_from(tail, at - LOCATOR_64.size)
    if disks != 1 or offset != end - LOCATOR_64.size - END_64.size:
        raise BadArchive(archive, "its ZIP64 record is not where it should be")
    record = END_64.unpack(read_at(offset, END_64.size))
    signature, size, _, _, disk, first_disk, here, count, list_bytes, list_offset = record
    if signature != END_64_SIGNATURE or size != END_64.size - 12:
        raise BadArchive(archive, "its ZIP64 record cannot be read")
    return int(offset), disk, first_disk, here, count, list_bytes, list_offset


def _entries(listed: bytes, count: int, archive: str) -> Iterator[Member]:
    at = 0
    for _ in range(count):
        if at + ENTRY.size > len(listed) or listed[at : at + 4] != ENTRY_SIGNATURE:
            raise BadArchive(archive, "its list of members is shorter than it says")
        entry = ENTRY.unpack_from(listed, at)
        name_bytes, extra_bytes, comment_bytes = entry[10:13]
        name_at = at + ENTRY.size
        at = name_at + name_bytes + extra_bytes + comment_bytes
        if at > len(listed):
            raise BadArchive(archive, "its list of members is shorter than it says")
        raw = listed[name_at : name_at + name_bytes]
        yield _member(entry, raw, listed[name_at + name_bytes : name_at + name_bytes + extra_bytes], archive)
    if at != len(listed):
        raise BadArchive(archive, "its list of members is longer than it says")


def _member(entry: tuple[int, ...], raw: bytes, extra: bytes, archive: str) -> Member:
    _, made_by, _, flags, method, _, _, crc, packed, size, _, _, _, _, _, attributes, offset = entry
    name = _name(raw, flags, archive)
    mode = attributes >> 16 if made_by >> 8 == MADE_ON_UNIX else 0
    if FULL_32 in (packed, size, offset):
        size, packed, offset = _sizes_64(extra, size, packed, offset, name, archive)
    member = Member(
        name=name, size_bytes=size, packed_bytes=packed, method=method, crc=crc, offset=offset, flags=flags, mode=mode
    )
    if what := _fault(member):
        raise BadArchive(archive, what, member=name)
    return member


def _name(raw: bytes, flags: int, archive: str) -> str:
    """A member's name (4.4.17.1): with slashes, relative, in UTF-8 if the flag says so, else in code page 437."""
    try:
        name = raw.decode("utf-8" if flags & UTF_8 else "cp437")
    except UnicodeDecodeError:
        shown = raw.decode("utf-8", "backslashreplace")
        raise BadArchive(archive, "has a name that is no UTF-8, though it says so", member=shown) from None
    if not name or len(name) > LONGEST_NAME:
        raise BadArchive(archive, f"has a name of {len(name)} characters", member=name[:60])
    if UNSAFE.search(name):
        raise BadArchive(archive, "has a control character or a backslash in its name", member=name)
    parts = name.removesuffix("/").split("/")
    if "" in parts or "." in parts or ".." in parts or DRIVE.match(name):
        raise BadArchive(archive, "would be written outside the place that it is unpacked in", member=name)
    return name


def _sizes_64(extra: bytes, size: int, packed: int, offset: int, name: str, archive: str) -> tuple[int, int, int]:
    """Size, packed size and offset (4.5.3): those numbers that do not fit stand in the extra field, in this order."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == EXTRA_64 and at + 4 + length <= len(extra):
            values = iter(struct.unpack_from(f"<{length // 8}Q", extra, at + 4))
            try:
                size = next(values) if size == FULL_32 else size
                packed = next(values) if packed == FULL_32 else packed
                offset = next(values) if offset == FULL_32 else offset
            except StopIteration:
                break
            return size, packed, offset
        at += 4 + length
    raise BadArchive(archive, "has no ZIP64 sizes, though it needs them", member=name)


def _fault(member: Member) -> str:
    """What is wrong with a member by itself; empty for nothing."""
    if member.flags & (ENCRYPTED | STRONGLY):
        return "is encrypted"
    if member.method not in (STORED, DEFLATED):
        method = METHODS.get(member.method, f"number {member.method}")
        return f"is packed by a method that not all installers know ({method})"
    if stat.S_IFMT(member.mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        kind = "a symbolic link" if stat.S_ISLNK(member.mode) else "a device or pipe"
        return f"is {kind}, which no wheel may hold"
    if member.name.endswith("/") and (member.size_bytes or member.packed_bytes > 2):
        return "is a directory with content"
    if member.method == STORED and member.size_bytes != member.packed_bytes:
        return f"is stored as it is, in {member.packed_bytes} bytes, and says that it has {member.size_bytes}"
    if member.size_bytes > member.packed_bytes * MOST_RATIO + RATIO_SLACK_BYTES:
        return f"promises {member.size_bytes} bytes out of {member.packed_bytes}, more than Deflate can give"
    return ""


def _refuse_overlaps(members: list[Member], end: int, archive: str) -> None:
    """Members must follow one another, all before the list; a bomb of small size lays many over one."""
    position = 0
    before: Member | None = None
    for one in sorted(members, key=lambda member: member.offset):
        if one.offset < position:
            what = f"lies over {before.name!r}" if before else "lies outside the archive"
            raise BadArchive(archive, what, member=one.name)
        position, before = one.offset + LOCAL_HEADER_BYTES + len(one.name) + one.packed_bytes, one
    if before is not None and position > end:
        raise BadArchive(archive, "reaches into the list of members", member=before.name)
    if members and all(one.offset for one in members):
        raise BadArchive(archive, "something lies before its first member")


def _refuse_doubles(members: list[Member], archive: str) -> None:
    seen: set[str] = set()
    for one in members:
        if one.name in seen:
            raise BadArchive(archive, "is there twice", member=one.name)
        seen.add(one.name)
    directories: set[str] = set()
    for one in members:
        parent = one.name.rpartition("/")[0]
        while parent and parent not in directories:
            if parent in seen:
                raise BadArchive(archive, f"lies in {parent!r}, which is a file", member=one.name)
            directories.add(parent)
            parent = parent.rpartition("/")[0]
