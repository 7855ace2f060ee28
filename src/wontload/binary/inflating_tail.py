"""The end of a compressed member, inflated from somewhere in its midst: what lies late is read without what is before.

Deflate refers back to what it gave before, at most 32 KB, which is not known here. So the stream is inflated with two
stand-ins for it that differ in every byte, until both have given the same 32 KB: from there on nothing depends on what
is not known, and one of them goes on alone. Where in the file its output lies is known from the end: the size of the
whole stands in the archive's list.

A stream that was made to deceive could read otherwise from its midst than from its front; whoever must know reads it
from the front.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from wontload.binary.deflate import Damaged, new_inflater
from wontload.binary.deflate_blocks import WINDOW_BYTES, BlockStart, block_starts, opening

PIECE_BYTES = 1 << 16  # of output
KEPT_PIECES = 128
STATE_EVERY_PIECES = 128
# So many are inflated at a time on the way to the end: another thread runs meanwhile, and this one waits for it after.
STRIDE_PIECES = 16
READ_BYTES, FIRST_READ_BYTES = 1 << 20, 4 << 20  # of packed bytes at a time
FED_BYTES = 1 << 16  # of these given to zlib at a time, which copies what it did not use whenever it returns
SOUGHT_BYTES = 1 << 18  # where a block should begin: hardly any is larger, packed
TESTED_BYTES = 1 << 14  # of a place where a block may begin, before it is followed to the end
# A place that was taken for the begin of a block, and is none, gives rubbish up to where the next one begins.
MARGIN_BYTES = 1 << 18
MOST_FOLLOWED = 16  # of the places that a stream can be made to have
ROOM = 1.06  # how much further back than it should take
LEAST_GROWTH = 1.25  # of what was read, where that was too little
# … and where a longer end told no more than the one before: what is not known goes through it from match to match.
GROWTH_IN_VAIN = 2.0

LEADS_NOWHERE: tuple[type[Exception], ...] = (*Damaged, EOFError)

Read = Callable[[int, int], bytes]


class _Run:
    """The inflating of a stream from some place on: an inflater, what it is fed first, where the packed bytes go on."""

    __slots__ = ("at", "inflater", "rest")

    def __init__(self, inflater: Any, rest: bytes, at: int) -> None:
        self.inflater, self.rest, self.at = inflater, rest, at

    def copy(self) -> _Run:
        return _Run(self.inflater.copy(), self.rest, self.at)

    def inflate(self, read_on: Callable[[int, int], bytes], size: int) -> Iterator[bytes]:
        """The next `size` bytes in pieces, fewer where the stream ends.

        Args:
            read_on: gives packed bytes from an offset on, at most so many.

        Raises:
            one of `Damaged`: it does not inflate. EOFError: it has no end, or one before the last byte.
        """
        inflater, most = self.inflater, max(FED_BYTES, size // 2)
        while size and not inflater.eof:
            if not self.rest:
                self.rest = read_on(self.at, most)
                self.at += len(self.rest)
            given = inflater.decompress(self.rest, size)
            if not self.rest and not given:  # a match may still give some when there is nothing more to read
                raise EOFError
            self.rest = inflater.unconsumed_tail
            size -= len(given)
            yield given
        if inflater.eof and (inflater.unused_data or read_on(self.at, 1)):
            raise EOFError


class Tail:
    """The end of a member, from a block on.

    Args:
        read: gives `size` packed bytes of the member from an offset on. packed_bytes: of the member. size: inflated.

    Attributes:
        begin: what lies from this offset on, in the inflated member, can be read: `size` before anything was.
        packed: how many packed bytes were read for that. in_vain: of the last reading, hardly anything came of it.
    """

    def __init__(self, read: Read, *, packed_bytes: int, size: int) -> None:
        self._read, self._packed_bytes, self._size = read, packed_bytes, size
        self._base = self.begin = size  # the base: where the first piece lies
        self.packed = 0
        self.in_vain = False
        self._ahead, self._ahead_at = b"", 0  # what was read last
        self._states: dict[int, _Run] = {}
        self._pieces: OrderedDict[int, bytes] = OrderedDict()
        self._going: _Run | None = None  # where the last piece was inflated, it goes on
        self._next = 0

    def wanted(self, offset: int, first_bytes: int) -> int:
        """About how many packed bytes, counted from the member's end, lead to what lies from `offset` on.

        The first guess is `first_bytes`; how well the end is packed shows only when some of it was read.
        """
        if offset >= self.begin:
            return self.packed
        guess = first_bytes
        if self.packed:
            given = max(self._size - self._base, 1)
            needed = self._size - offset + MARGIN_BYTES
            growth = GROWTH_IN_VAIN if self.in_vain else LEAST_GROWTH
            guess = max(int(growth * self.packed), int(ROOM * self.packed * needed / given))
        return min(guess, self._packed_bytes)

    def behind(self, offset: int) -> int:
        """About how many packed bytes lie behind `offset`, if what lies before the end that was read is packed evenly.

        `wanted` takes it to be packed as the end is: names and zeros often are, ten times as well as code for GPUs.
        """
        between = (self._base - offset) * (self._packed_bytes - self.packed) // max(self._base, 1)
        return self.packed + max(between, 0)

    def extend(self, packed_bytes: int) -> bool:
        """Read the last `packed_bytes` of the member. `False`: no block begins where one should."""
        begin, before = self._packed_bytes - packed_bytes, self.begin
        window = self._read(begin, min(FIRST_READ_BYTES, packed_bytes))[:SOUGHT_BYTES]
        likely = (start for start in block_starts(window) if _begins(start, window))
        for start in islice(likely, MOST_FOLLOWED):
            if self._follow(begin, start, window):
                self.packed = packed_bytes
                self.in_vain = before - self.begin < MARGIN_BYTES
                return True
        return False

    def copy(self, read: Read) -> Tail:
        """Another reader's, who begins with what this one has learnt."""
        other = Tail(read, packed_bytes=self._packed_bytes, size=self._size)
        other._base, other.begin, other.packed, other.in_vain = self._base, self.begin, self.packed, self.in_vain
        other._states = self._states  # made once for an end, and only copied from
        return other

    def slice(self, begin: int, end: int) -> bytes:
        """The bytes `[begin, end)`, none of them before `begin`."""
        if end <= begin:
            return b""
        begin, end = begin - self._base, end - self._base
        first, last = begin // PIECE_BYTES, (end - 1) // PIECE_BYTES
        pieces = b"".join(map(self._piece, range(first, last + 1)))
        return pieces[begin - first * PIECE_BYTES : end - first * PIECE_BYTES]

    def close(self) -> None:
        """Let go of what was inflated."""
        self._pieces.clear()
        self._ahead = b""

    def _piece(self, number: int) -> bytes:
        if number not in self._pieces:
            kept = max(one for one in self._states if one <= number)
            if self._going is None or not kept <= self._next <= number:
                self._going, self._next = self._states[kept].copy(), kept
            while self._next <= number:
                self._pieces[self._next] = b"".join(self._going.inflate(self._on, PIECE_BYTES))
                self._next += 1
                if len(self._pieces) > KEPT_PIECES:
                    self._pieces.popitem(last=False)
        return self._pieces[number]

    def _follow(self, begin: int, start: BlockStart, window: bytes) -> bool:
        """Inflate from a place to the end, to learn how much there is. `False`: it does not lead to the end."""
        one, other = (_begin(begin, start, window, unknown) for unknown in (0, 1))
        states: dict[int, _Run] = {}
        number, size = 0, 0
        settled = -1  # the piece from which on nothing depends on what is not known
        try:
            while not one.inflater.eof:
                if settled < 0:
                    piece, second = (b"".join(run.inflate(self._on, PIECE_BYTES)) for run in (one, other))
                    size += len(piece)
                    number += 1
                    if piece[-WINDOW_BYTES:] == second[-WINDOW_BYTES:]:
                        settled = number
                else:
                    if (number - settled) % STATE_EVERY_PIECES == 0:
                        states[number] = one.copy()
                    size += sum(map(len, one.inflate(self._on, STRIDE_PIECES * PIECE_BYTES)))
                    number += STRIDE_PIECES
        except LEADS_NOWHERE:
            return False
        if size > self._size:
            return False
        self._base = self._size - size
        certain = max(settled * PIECE_BYTES, MARGIN_BYTES) if settled >= 0 else size
        self.begin = self._base + min(certain, size)
        self._states = states
        self._pieces.clear()
        self._going = None
        return True

    def _on(self, at: int, most_bytes: int) -> bytes:
        """The packed bytes that follow at `at`; none behind the last."""
        begin = at - self._ahead_at
        if not 0 <= begin < len(self._ahead):
            size = min(READ_BYTES, self._packed_bytes - at)
            if size <= 0:
                return b""
            self._ahead, self._ahead_at, begin = self._read(at, size), at, 0
        return self._ahead[begin : begin + most_bytes]


def _begin(begin: int, start: BlockStart, window: bytes, unknown: int) -> _Run:
    dictionary, first, dropped = opening(start, window[start.byte], unknown)
    inflater = new_inflater(dictionary)
    if dropped:
        inflater.decompress(first, dropped)
        first = inflater.unconsumed_tail
    return _Run(inflater, first, begin + start.byte + 1)


def _begins(start: BlockStart, window: bytes) -> bool:
    """Whether what follows a place inflates, as far as it is looked at."""
    run = _begin(0, start, window, 0)
    after = start.byte + 1
    try:
        run.inflater.decompress(run.rest + window[after : after + TESTED_BYTES])
    except Damaged:
        return False
    return True
