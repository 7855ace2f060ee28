"""Where a block of a Deflate stream may begin, sought in the midst of the stream; and how to inflate from there.

A block begins at any bit. One with Huffman codes of its own (nearly all that compressors write) begins with lengths of
codes that must fill the code space exactly, which random bits hardly ever do: of 10^12 positions some 200 pass all
tests (M. Knespel, H. Brunst, "Rapidgzip", HPDC 2023, table 1). What is cheap is tested here, the rest zlib tests.

Source: RFC 1951, sections 3.2.3 (block header), 3.2.4 (blocks that are not compressed), 3.2.6 (fixed codes) and 3.2.7.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

WINDOW_BYTES = 1 << 15  # how far back a match may reach: RFC 1951, section 2
SOUGHT_BYTES = 1 << 13  # searched at a time
HEADER_BYTES = 10  # of a block: 17 bits, and up to 19 lengths of 3 bits
# The first two bytes of a block that is not the last one (0), has codes of its own (10), of 257 to 286 literals and
# lengths (5 bits) and 1 to 30 distances (5 bits); the three bits above these are the lowest of the number of lengths.
FIRST = bytes(0b100 | count << 3 for count in range(30))
# Nearly all blocks of a large file refer back as far as can be, by the distance codes from 26 on, and their codes have
# so many lengths that the highest bit of that number is set, the lowest of the third byte.
LIKELY = bytes(count | rest << 5 for rest in range(8) for count in range(26, 30)), bytes(range(1, 256, 2))
ANY = bytes(count | rest << 5 for rest in range(8) for count in range(30)), bytes(range(256))
LIKELY_HEADER, HEADER = (
    re.compile(b"(?s)[" + re.escape(FIRST) + b"](?=[" + re.escape(second) + b"][" + re.escape(third) + b"])")
    for second, third in (LIKELY, ANY)
)
# What four lengths of three bits take of the code space, of which 128 is all; 0 is a code that is not used.
TAKEN = [sum(128 >> length for at in (0, 3, 6, 9) if (length := four >> at & 7)) for four in range(1 << 12)]
ALL = 128


class BlockStart(NamedTuple):
    """A place where a block may begin: a byte of the stream, and the bit in it, counted from the lowest.

    `stored`: the block is not compressed, and this is where its length stands, which follows its header.
    """

    byte: int
    bit: int
    stored: bool = False


def block_starts(packed: bytes) -> Iterator[BlockStart]:
    """The places in `packed` where a block may begin: first those that are likely and found quickly, roughly in order.

    Then all others, in the same order; which takes some five times as long.
    """
    yield from _starts(packed, (_stored, partial(_compressed, LIKELY_HEADER)))
    yield from _starts(packed, (partial(_compressed, HEADER),))


def _starts(packed: bytes, seekers: tuple[Callable[[bytes], Iterator[BlockStart]], ...]) -> Iterator[BlockStart]:
    for begin in range(0, len(packed), SOUGHT_BYTES):
        part = packed[begin : begin + SOUGHT_BYTES + HEADER_BYTES]
        for seek in seekers:
            for byte, bit, stored in sorted(seek(part)):
                if byte < SOUGHT_BYTES:
                    yield BlockStart(begin + byte, bit, stored)


def opening(start: BlockStart, first: int, unknown: int) -> tuple[bytes, bytes, int]:
    """What makes zlib begin in the midst of a stream.

    Args:
        start: the place. first: the stream's byte there. unknown: 0 or 1, see below.

    Returns:
        The dictionary to begin with, what to feed in place of that byte, and how many bytes of the output to drop.
        The dictionary stands for the 32 KB before the place, which are not known. With the other value of `unknown`
        every byte of it is another one, so that what comes out the same for both does not depend on it.

    A block with fixed codes (bits 0, 01) and one to eight literals of nine bits each leads from a byte's edge to the
    bit: so the bytes that follow keep their edges, which blocks that are not compressed go by.
    """
    filler = (0x00, 0xFF)[unknown]
    dictionary = bytes([filler]) * WINDOW_BYTES
    if start.stored:
        return dictionary, bytes([0, first]), 0
    bits, size = 0b010, 3
    literals = (start.bit - 3 - 7) % 8
    for _ in range(literals):  # literals 144 to 255 are 110010000 to 111111111, highest bit first
        for one in "111111111" if unknown else "110010000":
            bits |= int(one) << size
            size += 1
    size += 7  # the block's end: seven zeros
    bits |= first >> start.bit << size
    return dictionary, bits.to_bytes((size - start.bit) // 8 + 1, "little"), literals


def _compressed(pattern: re.Pattern[bytes], part: bytes) -> Iterator[BlockStart]:
    number = int.from_bytes(part, "little")
    for bit in range(8):
        shifted = (number >> bit).to_bytes(len(part), "little")
        for match in pattern.finditer(shifted):
            at: Any = match.start()
            header = int.from_bytes(shifted[at + 1 : at + HEADER_BYTES], "little") >> 5
            lengths = header >> 4 & (1 << 3 * ((header & 15) + 4)) - 1
            taken = TAKEN[lengths & 4095] + TAKEN[lengths >> 12 & 4095] + TAKEN[lengths >> 24 & 4095]
            if taken + TAKEN[lengths >> 36 & 4095] + TAKEN[lengths >> 48] == ALL:
                yield BlockStart(at, bit)


def _stored(part: bytes) -> Iterator[BlockStart]:
    """Where 16 bits are followed by the same inverted: the length of a block that is not compressed."""
    size = len(part) - 2
    if size <= 0:
        return
    both = (int.from_bytes(part[:size], "little") ^ int.from_bytes(part[2:], "little")).to_bytes(size, "little")
    at = both.find(b"\xff\xff")
    while at >= 0:
        yield BlockStart(at, 0, stored=True)
        at = both.find(b"\xff\xff", at + 1)
