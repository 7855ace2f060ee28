"""A ZIP archive read member by member, wherever its bytes are: in a file here, or behind an address.

Nothing is unpacked to disk, no more is read than is asked for, and nothing comes out larger than was said. Of each
member the header in front of it is compared with the list at the end before the member is read.
"""

from __future__ import annotations

import os
import struct
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from wontload.binary import Defect, Image, MalformedImage
from wontload.binary.deflate import Damaged, crc32, new_inflater
from wontload.binary.gpu_code import GpuCode
from wontload.binary.inflating import BLOCK_BYTES, KEPT_BLOCKS, Inflating
from wontload.binary.origin import reading
from wontload.binary.reading import parse_source
from wontload.binary.source import Data, Source
from wontload.wheels.bad_archive import BadArchive
from wontload.wheels.central_directory import ENCRYPTED, LOCAL_HEADER_BYTES, STORED, UTF_8, Member, read_members

# 4.3.7. Kept: flags, method, CRC, sizes, lengths of name and extra field.
LOCAL_HEADER = struct.Struct("<4s2xHH4xLLLHH")
LOCAL_SIGNATURE = b"PK\x03\x04"
SIZES_FOLLOW = 1 << 3  # 4.4.4: sizes and CRC stand behind the member
FULL_32 = 0xFFFFFFFF
CHUNK_BYTES = 1 << 18
USUAL_EXTRA_BYTES = 32  # between a member's name and its packed bytes
# Members up to this size are unpacked as a whole and kept, as far as there is room.
WHOLE_BYTES = 1 << 20
MOST_KEPT_BYTES = 192 << 20  # of members and of states of unpacking, together


class Fetching(Protocol):
    """What it costs to read bytes that are fetched first."""

    def cost(self, offset: int, size: int) -> int:
        """How many bytes would be fetched for those `size` ones from `offset` on."""

    def allows(self, size: int) -> bool:
        """Whether so many more may be fetched."""


class Archive:
    """An open archive.

    Args:
        source: a path, or a seekable binary file.
        name: what to call it in messages; the path, or the file's own `name`, without one.

    Attributes:
        name: see above. size_bytes: of the archive. members: its files by name, in the order of its list.
        fetching: what reading costs, where the bytes are not on this disk.

    Raises:
        BadArchive: it is none, cannot be read, or is made to do harm. So do the methods.
    """

    def __init__(self, source: str | os.PathLike[str] | BinaryIO, *, name: str = "") -> None:
        own = isinstance(source, (str, os.PathLike))
        self.name = name or str(source if own else getattr(source, "name", "the archive"))
        self.fetching: Fetching | None = None
        self._lock, self._keeping = threading.Lock(), threading.Lock()
        self._starts: dict[str, int] = {}
        self._kept: OrderedDict[str, Inflating | bytes] = OrderedDict()
        try:
            self._file: BinaryIO = open(source, "rb") if isinstance(source, (str, os.PathLike)) else source  # noqa: SIM115
            self._descriptor = self._file.fileno() if own and hasattr(os, "pread") else None
            self.size_bytes = self._file.seek(0, os.SEEK_END)
        except (OSError, ValueError) as error:
            what = getattr(error, "strerror", None) or str(error)
            raise BadArchive(self.name, f"it could not be opened: {what}", next_step="") from error
        self._owned = own
        try:
            found = read_members(self.read_at, self.size_bytes, self.name)
        except BaseException:
            self.close()
            raise
        self.members = {one.name: one for one in found}
        self._offsets = sorted(one.offset for one in found)

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, if it was opened here. Images of members can then not be asked for anything new."""
        self._descriptor = None
        if self._owned:
            self._file.close()

    def read_at(self, offset: int, size: int) -> bytes:
        """Exactly `size` bytes of the archive itself."""
        if not 0 <= offset <= self.size_bytes - size or size < 0:
            raise BadArchive(self.name, f"it points to bytes outside itself (at {offset})")
        try:
            if (descriptor := self._descriptor) is not None:
                found = os.pread(descriptor, size, offset)
            else:
                with self._lock:
                    self._file.seek(offset)
                    found = self._file.read(size)
        except (OSError, ValueError) as error:
            what = getattr(error, "strerror", None) or str(error)
            raise BadArchive(self.name, f"it could not be read: {what}", next_step="") from error
        if len(found) != size:
            raise BadArchive(self.name, "it changed while it was being read", next_step="Try it again.")
        return found

    def start_of(self, member: Member) -> int:
        """Offset of a member's packed bytes, behind its own header, which must say what the list says."""
        if member.name not in self._starts:
            self._starts[member.name] = self._check_header(member)
        return self._starts[member.name]

    def packed_at(self, member: Member, offset: int, size: int) -> bytes:
        """Packed bytes of a member, from `offset` among them on."""
        if offset + size > member.packed_bytes:
            raise BadArchive(self.name, "is shorter than it says")
        return self.read_at(self.start_of(member) + offset, size)

    def chunks(self, member: Member) -> Iterator[bytes]:
        """A member from its start to its end, unpacked; what is not as promised ends in `BadArchive`."""
        crc, size = 0, 0
        for chunk in self._unpacked(member):
            size += len(chunk)
            if size > member.size_bytes:
                raise self._bad(member, f"unpacks to more than the {member.size_bytes} bytes it promises")
            crc = crc32(chunk, crc)
            yield chunk
        if size != member.size_bytes or crc != member.crc:
            raise self._bad(member, "is damaged: size or checksum is not what the list says")

    def read(self, member: Member, most_bytes: int) -> bytes:
        """A whole member, checked; one larger than `most_bytes` is refused."""
        if member.size_bytes > most_bytes:
            raise self._bad(member, f"has {member.size_bytes} bytes, more than a file of its kind may")
        return b"".join(self.chunks(member))

    def start(self, member: Member, size: int) -> bytes:
        """The first `size` bytes of a member, or all of a shorter one."""
        if member.method == STORED:
            return self.packed_at(member, 0, min(size, member.size_bytes))
        unpack, found = new_inflater(), b""
        try:
            for packed in self._packed(member, 4096):
                found += unpack.decompress(packed, size - len(found))
                if len(found) >= size:
                    break
        except Damaged as error:
            raise self._bad(member, f"cannot be unpacked ({error})") from error
        return found

    def image(self, member: Member, *, architecture: str | None = None) -> Image:
        """A native file of the archive, parsed where it lies. Raises `MalformedImage`, as for a file on disk."""
        origin = MemberOrigin(self, member)
        return reading(origin, lambda source: parse_source(source, origin, architecture))

    def gpu_code(self, member: Member) -> GpuCode:
        """What a native file holds for GPUs. Raises `MalformedImage`."""
        from wontload.binary.gpu_reading import list_gpu_code

        return reading(MemberOrigin(self, member), list_gpu_code)

    def data(self, member: Member) -> Data:
        """A member's bytes for a parser: all of a small one, of others what it asks for. Raises `MalformedImage`."""
        with self._keeping:
            if kept := self._kept.get(member.name):
                self._kept.move_to_end(member.name)
                return kept
        kept = self.reopened(member)
        with self._keeping:
            self._kept[member.name] = kept
            while len(self._kept) > 1 and sum(map(_weight, self._kept.values())) > MOST_KEPT_BYTES:
                self._kept.popitem(last=False)
        return kept

    def let_go(self, member: Member) -> None:
        """Keep what was parsed of a member, and not the unpacked bytes that it came from."""
        with self._keeping:
            kept = self._kept.get(member.name)
        if isinstance(kept, Inflating):
            kept.close()

    def reopened(self, member: Member) -> Inflating | bytes:
        """The same for one reader alone, who may be in a thread of its own."""
        path = f"{self.name}:{member.name}"

        def read_at(offset: int, size: int) -> bytes:
            try:
                return self.packed_at(member, offset, size)
            except BadArchive as bad:
                raise MalformedImage(path, Defect.UNREADABLE, bad.what) from bad

        if member.size_bytes > WHOLE_BYTES:
            stored = member.method == STORED
            fetching = self.fetching
            return Inflating(
                read_at,
                packed_bytes=member.packed_bytes,
                size=member.size_bytes,
                path=path,
                stored=stored,
                cost=(lambda begin, end: fetching.cost(member.offset + begin, end - begin)) if fetching else None,
                allow=fetching.allows if fetching else lambda size: True,
            )
        if not member.size_bytes:
            raise MalformedImage(path, Defect.EMPTY, "it is empty")
        try:
            return self.read(member, WHOLE_BYTES)
        except BadArchive as bad:
            raise MalformedImage(path, Defect.UNREADABLE, bad.what) from bad

    def _unpacked(self, member: Member) -> Iterator[bytes]:
        if member.method == STORED:
            yield from self._packed(member, CHUNK_BYTES)
            return
        unpack = new_inflater()
        try:
            for packed in self._packed(member, CHUNK_BYTES):
                while packed:
                    yield unpack.decompress(packed, CHUNK_BYTES)
                    packed = unpack.unconsumed_tail
            if not unpack.eof:
                yield unpack.flush()
        except Damaged as error:
            raise self._bad(member, f"cannot be unpacked ({error})") from error
        if not unpack.eof or unpack.unused_data:
            raise self._bad(member, "is damaged: its packed bytes do not end where the list says")

    def _bad(self, member: Member, what: str) -> BadArchive:
        return BadArchive(self.name, what, member=member.name)

    def _packed(self, member: Member, step: int) -> Iterator[bytes]:
        if self.fetching is None and member.packed_bytes <= step:
            yield self._in_one_piece(member)
            return
        for offset in range(0, member.packed_bytes, step):
            yield self.packed_at(member, offset, min(step, member.packed_bytes - offset))

    def _in_one_piece(self, member: Member) -> bytes:
        """All packed bytes of a small member, read together with the header in front of them."""
        known = self._starts.get(member.name)
        if known is not None:
            return self.packed_at(member, 0, member.packed_bytes)
        size = LOCAL_HEADER_BYTES + len(member.name) + USUAL_EXTRA_BYTES + member.packed_bytes
        piece = self.read_at(member.offset, min(size, self._room(member) - member.offset))
        start = self._starts[member.name] = self._check_header(member, piece)
        found = piece[start - member.offset :][: member.packed_bytes]
        return found if len(found) == member.packed_bytes else self.packed_at(member, 0, member.packed_bytes)

    def _room(self, member: Member) -> int:
        """Where what follows a member begins."""
        following = bisect_right(self._offsets, member.offset)
        return self._offsets[following] if following < len(self._offsets) else self.size_bytes

    def _check_header(self, member: Member, piece: bytes = b"") -> int:
        """Offset of the packed bytes. `piece`: what was read already from the header on."""
        header = piece[:LOCAL_HEADER_BYTES] or self.read_at(member.offset, LOCAL_HEADER_BYTES)
        if len(header) < LOCAL_HEADER_BYTES:
            raise self._bad(member, "is not where the list says")
        signature, flags, method, crc, packed, size, name_bytes, extra_bytes = LOCAL_HEADER.unpack(header)
        if signature != LOCAL_SIGNATURE:
            raise self._bad(member, "is not where the list says")
        name = piece[LOCAL_HEADER_BYTES : LOCAL_HEADER_BYTES + name_bytes]
        if len(name) < name_bytes:
            name = self.read_at(member.offset + LOCAL_HEADER_BYTES, name_bytes)
        start = int(member.offset + LOCAL_HEADER_BYTES + name_bytes + extra_bytes)
        is_utf_8 = member.flags & UTF_8 or member.name.isascii()
        same = name == member.name.encode("utf-8" if is_utf_8 else "cp437") and method == member.method
        later = bool(flags & SIZES_FOLLOW)
        same = same and (crc == member.crc or (later and not crc))
        for told, listed in ((packed, member.packed_bytes), (size, member.size_bytes)):
            same = same and (told in (listed, FULL_32) or (later and not told))
        if not same or flags & ENCRYPTED:
            raise self._bad(member, "has a header that says otherwise than the list of members")
        if start + member.packed_bytes > self._room(member):
            raise self._bad(member, "reaches into what follows it")
        return start


def _weight(kept: Inflating | bytes) -> int:
    """Bytes that it may come to take."""
    return len(kept) if isinstance(kept, bytes) else min(len(kept), BLOCK_BYTES * KEPT_BLOCKS)


class MemberOrigin:
    """A member as the place that an image's bytes come from; see `binary.origin.Origin`."""

    def __init__(self, archive: Archive, member: Member) -> None:
        self._archive = archive
        self._member = member
        self.path = f"{archive.name}:{member.name}"

    def open(self) -> Source:
        """The bytes. Raises `MalformedImage`."""
        return Source(self._archive.data(self._member), self.path)

    def close(self, source: Source) -> None:
        """Nothing to let go of: the archive stays open."""
