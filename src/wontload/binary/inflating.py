"""One member of an archive as bytes that exist only where a parser asks: inflated so far, and no further.

A native file's tables mostly lie near its front (a PE file's imports follow its code; GPU code comes after them), so a
member of half a gigabyte is judged from its first megabytes, whether those come from a disk or over a network. What
lies near its end (an ELF file's dynamic section, a PE file's resources) is inflated from a block near the end
(`inflating_tail`). For what lies in between everything before it must be inflated; `allow` may refuse that before it is
paid for.

Deflate can only be read forwards. The state is kept every few megabytes, so going back costs little, and of what was
inflated only a window stays in memory.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from wontload.binary.deflate import Damaged, new_inflater
from wontload.binary.image import Image
from wontload.binary.inflating_tail import Tail
from wontload.binary.malformed import Defect, MalformedImage, NotReached
from wontload.binary.source import Source

BLOCK_BYTES = 1 << 16
KEPT_BLOCKS = 512  # 32 MB of inflated bytes
STATE_EVERY_BLOCKS = 128  # a state takes about 40 KB
LEAST_PACKED_BYTES = 1 << 14
MOST_PACKED_BYTES = 1 << 22  # in one read
FED_BYTES = 1 << 16  # given to zlib at a time, which copies what it did not use whenever it returns
# On the way to a block far ahead so many are inflated at a time and let go of: another thread runs meanwhile, and
# this one waits for it afterwards.
STRIDE_BLOCKS = 16
COSTLY_BYTES = 1 << 19  # to be fetched
# Packed bytes on this disk that are inflated without a thought, in a tenth of a second; and how many are for what a
# parser can do without.
NEAR_BYTES, CHEAP_BYTES = 4 << 20, 16 << 20
# How much of the end is read first.
END_BYTES, FETCHED_END_BYTES = 1 << 20, 1 << 18


class Inflating:
    """The bytes of one member, sliced and searched like `bytes`.

    Args:
        read: gives `size` bytes of the compressed member from an offset on, fewer only at its end.
        packed_bytes: of the compressed member. size: inflated, as the archive promises. path: for messages.
        stored: not compressed.
        cost: how many of the compressed bytes [begin, end) have to be fetched; `None`: none, they are on this disk.
        allow: whether so many bytes may be fetched.
        ends: whether what lies late may be inflated from a block near the end.
    """

    __slots__ = (
        "_ahead",
        "_ahead_at",
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
        "_tail",
    )

    def __init__(
        self,
        read: Callable[[int, int], bytes],
        *,
        packed_bytes: int,
        size: int,
        path: str,
        stored: bool = False,
        cost: Callable[[int, int], int] | None = None,
        allow: Callable[[int], bool] = lambda size: True,
        ends: bool = True,
    ) -> None:
        self._read, self._packed_bytes, self._size, self._path = read, packed_bytes, size, path
        self._stored, self._cost, self._allow = stored, cost, allow
        self._ahead, self._ahead_at = b"", 0  # what was read and not fed yet
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._states: dict[int, tuple[int, Any, bytes]] = {}  # first block -> (compressed offset, inflater, its rest)
        self._rewind(0)
        self._tail = Tail(self._packed, packed_bytes=packed_bytes, size=size) if ends and not stored else None

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, where: slice) -> bytes:
        begin, end, _ = where.indices(self._size)
        if end <= begin:
            return b""
        if self._stored:
            return self._packed(begin, end - begin)
        first, last = begin // BLOCK_BYTES, (end - 1) // BLOCK_BYTES
        is_kept = first in self._blocks and last in self._blocks
        if self._tail and not is_kept and self._is_at_the_end(begin, end):
            return self._tail.slice(begin, end)
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
        if self._cost is not None:
            return self._to_be_fetched(offset + 1) > COSTLY_BYTES
        if self._stored or self._further(offset + 1) <= CHEAP_BYTES:
            return False
        return not self._is_at_the_end(offset, offset + 1, CHEAP_BYTES)

    def distance(self, offset: int) -> int:
        """About how many packed bytes must be fetched, or inflated, to come to `offset`."""
        at_the_end = self._tail is not None and offset >= self._tail.begin
        return 0 if self._stored or at_the_end else self._further(offset + 1)

    def copy(self) -> Inflating:
        """The same member for one reader more, in a thread of its own, who begins with what this one has learnt.

        Made while nobody reads this one.
        """
        other = Inflating(
            self._read,
            packed_bytes=self._packed_bytes,
            size=self._size,
            path=self._path,
            stored=self._stored,
            cost=self._cost,
            allow=self._allow,
            ends=False,
        )
        other._states = dict(self._states)
        other._tail = self._tail and self._tail.copy(other._packed)
        return other

    def close(self) -> None:
        """Let go of what was inflated; what is asked for afterwards is inflated again."""
        self._blocks.clear()
        self._ahead = b""
        if self._tail:
            self._tail.close()

    def _is_at_the_end(self, begin: int, end: int, most_bytes: int | None = None) -> bool:
        """Whether these bytes are read from the end, of which as much is read as that takes.

        Args:
            most_bytes: how many packed bytes of the end may be read; fewer than lead there from the front, without one.
        """
        tail = self._tail
        near, first = (NEAR_BYTES, END_BYTES) if self._cost is None else (COSTLY_BYTES, FETCHED_END_BYTES)
        while tail and begin < tail.begin:
            further, wanted = self._further(end), tail.wanted(begin, first)
            back = self._work(self._packed_bytes - wanted, self._packed_bytes)
            # What an earlier reading fetched from there is read from there again, so that it need not be fetched.
            is_nearer = back < further if further > near else back == 0 < further
            if self._cost is None and tail.packed:
                is_nearer = is_nearer and tail.behind(begin) < further
            if not is_nearer or (most_bytes and back > most_bytes) or not self._allow(back):
                return False
            if not tail.extend(wanted):
                self._tail = tail = None
        return tail is not None

    def _block(self, number: int) -> bytes:
        if number in self._blocks:
            self._blocks.move_to_end(number)
            return self._blocks[number]
        if (more := self._to_be_fetched((number + 1) * BLOCK_BYTES)) and not self._allow(more):
            raise NotReached(self._path, min(more, self._back(number * BLOCK_BYTES)))
        if number < self._next or any(self._next < one <= number for one in self._states):
            self._rewind(number)
        while self._next <= number:
            self._keep_state()
            if number - self._next > STRIDE_BLOCKS and self._next % STRIDE_BLOCKS == 0:
                _ = sum(map(len, self._inflate(STRIDE_BLOCKS * BLOCK_BYTES, number)))
                self._next += STRIDE_BLOCKS
                continue
            size = min(BLOCK_BYTES, self._size - self._next * BLOCK_BYTES)
            self._blocks[self._next] = b"".join(self._inflate(size, number))
            self._next += 1
            while len(self._blocks) > KEPT_BLOCKS:
                self._blocks.popitem(last=False)
        return self._blocks[number]

    def _rewind(self, number: int) -> None:
        """Go back (or ahead) to the last state kept before a block."""
        self._states.setdefault(0, (0, new_inflater(), b""))
        at = max(one for one in self._states if one <= number)
        self._packed_at, inflater, rest = self._states[at]
        self._inflater = (inflater.copy(), rest)
        self._next = at

    def _keep_state(self) -> None:
        if self._next % STATE_EVERY_BLOCKS == 0 and self._next not in self._states:
            inflater, rest = self._inflater
            self._states[self._next] = (self._packed_at, inflater.copy(), rest)

    def _inflate(self, size: int, wanted_block: int) -> Iterator[bytes]:
        """The next `size` bytes in pieces. `wanted_block` tells how much it makes sense to read at once."""
        inflater, rest = self._inflater
        most = max(FED_BYTES, size // 2)
        done = 0
        while done < size:
            is_over = inflater.eof or (not rest and self._packed_at >= self._packed_bytes)
            if not rest and not is_over:
                rest = self._read_on(wanted_block, most)
            try:
                given = inflater.decompress(rest, size - done)
            except Damaged as error:
                raise self._damaged(str(error)) from error
            if is_over and not given:  # a match may still have given some
                raise self._damaged(f"it ends after {self._next * BLOCK_BYTES + done} bytes")
            rest = inflater.unconsumed_tail
            done += len(given)
            self._inflater = (inflater, rest)
            yield given

    def _read_on(self, wanted_block: int, most_bytes: int) -> bytes:
        """The next packed bytes. About as many are read at once as it should take to the block that is wanted."""
        begin = self._packed_at - self._ahead_at
        if not 0 <= begin < len(self._ahead):
            ahead = (wanted_block + 1 - self._next) * BLOCK_BYTES * self._packed_bytes // max(self._size, 1)
            most = min(self._packed_bytes - self._packed_at, MOST_PACKED_BYTES)
            self._ahead = self._packed(self._packed_at, min(max(ahead, LEAST_PACKED_BYTES), most))
            self._ahead_at, begin = self._packed_at, 0
        found = self._ahead[begin : begin + most_bytes]
        self._packed_at += len(found)
        return found

    def _to_be_fetched(self, offset: int) -> int:
        """About how many bytes have to be fetched before the inflated ones up to `offset` are there."""
        if self._cost is None or self._stored:
            return 0
        return self._cost(0, self._packed_before(offset))

    def _further(self, offset: int) -> int:
        """About how many packed bytes must be fetched, or inflated, to come to `offset` from the front."""
        if self._cost is not None:
            return self._to_be_fetched(offset)
        last = (offset - 1) // BLOCK_BYTES
        if last in self._blocks:
            return 0
        kept = max(one for one in self._states if one <= last)
        at = self._packed_at if kept <= self._next <= last else self._states[kept][0]
        return max(self._packed_before(offset) - at, 0)

    def _back(self, offset: int) -> int:
        """About how many bytes have to be fetched to come to `offset` from the member's end."""
        if self._tail is None:
            return self._packed_bytes
        guess = max(self._packed_bytes - self._packed_before(offset), FETCHED_END_BYTES)
        wanted = self._tail.wanted(offset, min(guess, self._packed_bytes))
        return self._work(self._packed_bytes - wanted, self._packed_bytes)

    def _packed_before(self, offset: int) -> int:
        """About how many packed bytes the inflated ones up to `offset` come from."""
        return min(offset * self._packed_bytes // max(self._size, 1), self._packed_bytes)

    def _work(self, begin: int, end: int) -> int:
        return end - begin if self._cost is None else self._cost(begin, end)

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
