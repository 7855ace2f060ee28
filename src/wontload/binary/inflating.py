"""One member of an archive as bytes that exist only where a parser asks: inflated so far, and no further.

A native file's tables mostly lie near its front (a PE file's imports follow its code; GPU code comes after them), so a
member of half a gigabyte is judged from its first megabytes, whether those come from a disk or over a network. Where a
table lies late, everything before it must be inflated; `allow` may refuse that before it is paid for.

Deflate can only be read forwards. The state is kept every few megabytes, so going back costs little, and of what was
inflated only a window stays in memory.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from wontload.binary.image import Image
from wontload.binary.malformed import Defect, MalformedImage, NotReached
from wontload.binary.source import Source

BLOCK_BYTES = 1 << 16
KEPT_BLOCKS = 512  # 32 MB of inflated bytes
STATE_EVERY_BLOCKS = 128  # a state takes about 40 KB
LEAST_PACKED_BYTES = 1 << 14
MOST_PACKED_BYTES = 1 << 22  # in one read
COSTLY_BYTES = 1 << 19


class Inflating:
    """The bytes of one member, sliced and searched like `bytes`.

    Args:
        read: gives `size` bytes of the compressed member from an offset on, fewer only at its end.
        packed_bytes: of the compressed member. size: inflated, as the archive promises. path: for messages.
        stored: not compressed.
        cost: how many bytes have to be fetched before the compressed ones up to an offset are there; `None`: none, they
            are on this disk. Where it is much, what a parser can do without is left out (`is_costly`).
        allow: whether so many bytes may be fetched.
    """

    __slots__ = (
        "_allow",
        "_blocks",
        "_cost",
        "_inflater",
        "_next",
        "_packed_at",
        "_packed_bytes",
        "_path",
        "_read",
        "_size",
        "_states",
        "_stored",
    )

    def __init__(
        self,
        read: Callable[[int, int], bytes],
        *,
        packed_bytes: int,
        size: int,
        path: str,
        stored: bool = False,
        cost: Callable[[int], int] | None = None,
        allow: Callable[[int], bool] = lambda size: True,
    ) -> None:
        self._read, self._packed_bytes, self._size, self._path = read, packed_bytes, size, path
        self._stored, self._cost, self._allow = stored, cost, allow
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._states: dict[int, tuple[int, Any, bytes]] = {}  # first block -> (compressed offset, inflater, its rest)
        self._rewind(0)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, where: slice) -> bytes:
        begin, end, _ = where.indices(self._size)
        if end <= begin:
            return b""
        if self._stored:
            return self._packed(begin, end - begin)
        first, last = begin // BLOCK_BYTES, (end - 1) // BLOCK_BYTES
        if first == last:
            return self._block(first)[begin - first * BLOCK_BYTES : end - first * BLOCK_BYTES]
        pieces = b"".join(map(self._block, range(first, last + 1)))
        return pieces[begin - first * BLOCK_BYTES : end - first * BLOCK_BYTES]

    def find(self, wanted: bytes, begin: int, end: int) -> int:
        """Where `wanted`, one byte, is first found in `[begin, end)`; -1: nowhere."""
        end = min(end, self._size)
        while begin < end:
            stop = min((begin // BLOCK_BYTES + 1) * BLOCK_BYTES, end)
            found = self[begin:stop].find(wanted)
            if found >= 0:
                return begin + found
            begin = stop
        return -1

    def is_costly(self, offset: int) -> bool:
        """Whether reading on to `offset` takes so much that a parser should do without what it can do without."""
        return self._ahead(offset + 1) > COSTLY_BYTES

    def close(self) -> None:
        """Let go of what was inflated; what is asked for afterwards is inflated again."""
        self._blocks.clear()

    def _block(self, number: int) -> bytes:
        if number in self._blocks:
            self._blocks.move_to_end(number)
            return self._blocks[number]
        if (more := self._ahead((number + 1) * BLOCK_BYTES)) and not self._allow(more):
            raise NotReached(self._path, more)
        if number < self._next or any(self._next < one <= number for one in self._states):
            self._rewind(number)
        while self._next <= number:
            found = self._inflate(min(BLOCK_BYTES, self._size - self._next * BLOCK_BYTES), number)
            self._blocks[self._next] = found
            self._next += 1
            while len(self._blocks) > KEPT_BLOCKS:
                self._blocks.popitem(last=False)
        return self._blocks[number]

    def _rewind(self, number: int) -> None:
        """Go back (or ahead) to the last state kept before a block."""
        self._states.setdefault(0, (0, zlib.decompressobj(-zlib.MAX_WBITS), b""))
        at = max(one for one in self._states if one <= number)
        self._packed_at, inflater, rest = self._states[at]
        self._inflater = (inflater.copy(), rest)
        self._next = at

    def _inflate(self, size: int, wanted_block: int) -> bytes:
        """The next block. `wanted_block` tells how much it makes sense to read at once."""
        inflater, rest = self._inflater
        if self._next % STATE_EVERY_BLOCKS == 0 and self._next not in self._states:
            self._states[self._next] = (self._packed_at, inflater.copy(), rest)
        found = bytearray()
        while len(found) < size:
            if not rest:
                if inflater.eof or self._packed_at >= self._packed_bytes:
                    raise self._damaged(f"it ends after {self._next * BLOCK_BYTES + len(found)} bytes")
                rest = self._read_on(wanted_block)
            try:
                found += inflater.decompress(rest, size - len(found))
            except zlib.error as error:
                raise self._damaged(str(error)) from error
            rest = inflater.unconsumed_tail
        self._inflater = (inflater, rest)
        return bytes(found)

    def _read_on(self, wanted_block: int) -> bytes:
        """Compressed bytes: about as many as it should take to the block that is wanted."""
        ahead = (wanted_block + 1 - self._next) * BLOCK_BYTES * self._packed_bytes // max(self._size, 1)
        most = min(self._packed_bytes - self._packed_at, MOST_PACKED_BYTES)
        size = min(max(ahead, LEAST_PACKED_BYTES), most)
        found = self._packed(self._packed_at, size)
        self._packed_at += size
        return found

    def _ahead(self, offset: int) -> int:
        """About how many bytes have to be fetched before the inflated ones up to `offset` are there."""
        if self._cost is None or self._stored:
            return 0
        return self._cost(min(offset * self._packed_bytes // max(self._size, 1), self._packed_bytes))

    def _packed(self, offset: int, size: int) -> bytes:
        found = self._read(offset, size)
        if len(found) < size:
            raise self._damaged("the archive ends inside it")
        return found

    def _damaged(self, why: str) -> MalformedImage:
        return MalformedImage(self._path, Defect.CORRUPT, f"its compressed data in the archive are damaged: {why}")


class Member:
    """A member of an archive as the origin of an image (`binary.origin`)."""

    def __init__(self, data: Inflating, path: str) -> None:
        self._data, self._path = data, path

    def open(self) -> Source:
        """The bytes, each time with a fresh account of what may be made of them."""
        return Source(self._data, self._path)

    def close(self, source: Source) -> None:
        """Keep no inflated bytes in memory between two questions."""
        self._data.close()


def read_member(data: Inflating, path: str, *, architecture: str | None = None) -> Image:
    """Parse a member with all its symbols, reading no further than its last table.

    Raises:
        MalformedImage: whatever is wrong with it. NotReached: a table lies further than `allow` lets it be read.
    """
    from wontload.binary.reading import parse_source

    if not len(data):
        raise MalformedImage(path, Defect.EMPTY, "it is empty")
    origin = Member(data, path)
    source = Source(data, path)
    try:
        image = parse_source(source, origin, architecture)
        _ = image.imports, image.exports, image.undefined  # the image keeps them
    finally:
        data.close()
    return image
