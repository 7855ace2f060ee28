"""The two entropy codes inside a Zstandard frame: FSE (finite state entropy) and Huffman.

Source: RFC 8878, "Zstandard Compression and the 'application/zstd' Media Type", sections 4.1 and 4.2. Both codes are
read backwards, from the last bit that is set. What contradicts itself raises `ValueError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LONGEST_FSE_HEADER_BYTES = 512
LARGEST_HUFFMAN_BITS = 11
LARGEST_WEIGHTS_LOG = 6
# Empty places of a table under construction.
FREE = -1


class BackwardBits:
    """A bit stream that ends with a marker: the highest bit set of its last byte."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        if not data or not data[-1]:
            raise ValueError("a bit stream has no end mark")
        self.data = data
        self.at = 8 * len(data) - 9 + data[-1].bit_length()  # bits that are left

    def read(self, count: int) -> int:
        """The next `count` bits, 56 at the most; beyond the stream's start there are zeros, and `at` is negative."""
        self.at -= count
        if self.at < 0:
            start = int.from_bytes(self.data[:8], "little")
            return start << -self.at & (1 << count) - 1 if self.at > -64 else 0
        first = self.at >> 3
        return int.from_bytes(self.data[first : first + 8], "little") >> (self.at & 7) & (1 << count) - 1


class FseTable(NamedTuple):
    """A decoding table: for each state its symbol, how many bits follow, and what they are added to."""

    log: int
    symbols: Sequence[int]
    bits: Sequence[int]
    bases: Sequence[int]


def read_fse_table(data: bytes, at: int, largest_log: int, symbols: int) -> tuple[FseTable, int]:
    """The table described at `at` (section 4.1.1), and where its description ends."""
    window = data[at : at + LONGEST_FSE_HEADER_BYTES]
    number, end = int.from_bytes(window, "little"), 8 * len(window)
    log = (number & 15) + 5
    if log > largest_log:
        raise ValueError(f"an FSE table of {1 << log} states")
    position, left, counts = 4, 1 << log, list[int]()
    while left > 0:
        width = (left + 1).bit_length()
        value = number >> position & (1 << width) - 1
        low_mask, short = (1 << width - 1) - 1, (1 << width) - 2 - left
        if value & low_mask < short:  # the smallest values take one bit less
            value, width = value & low_mask, width - 1
        elif value > low_mask:
            value -= short
        position += width
        counts.append(value - 1)
        left -= abs(value - 1)
        repeat = 3 if value == 1 else 0  # behind a probability of zero: how many more zeros follow
        while repeat == 3:
            repeat = number >> position & 3
            position += 2
            counts += [0] * repeat
        if len(counts) > symbols or position > end:
            raise ValueError("an FSE table has more symbols than there are")
    if left:
        raise ValueError("an FSE table's probabilities do not add up")
    return fse_table(counts, log), at + (position + 7 >> 3)


def fse_table(counts: Sequence[int], log: int) -> FseTable:
    """The decoding table for normalized probabilities; -1 stands for "less than 1" (section 4.1.1)."""
    size = 1 << log
    symbols = [FREE] * size
    high = size
    for symbol, count in enumerate(counts):
        if count == -1:
            high -= 1
            symbols[high] = symbol
    position, step, mask = 0, (size >> 1) + (size >> 3) + 3, size - 1
    for symbol, count in enumerate(counts):
        for _ in range(count):
            symbols[position] = symbol
            position = position + step & mask
            while position >= high:
                position = position + step & mask
    following = [abs(count) for count in counts]
    bits, bases = [], []
    for symbol in symbols:
        state = following[symbol]
        following[symbol] += 1
        bits.append(log + 1 - state.bit_length())
        bases.append((state << bits[-1]) - size)
    return FseTable(log, symbols, bits, bases)


def single_symbol(symbol: int) -> FseTable:
    """The table of a stream in which only one symbol occurs."""
    return FseTable(0, (symbol,), (0,), (0,))


class HuffmanTable(NamedTuple):
    """For each number of `log` bits the symbol that it begins with, and that symbol's length in bits."""

    log: int
    symbols: bytes
    lengths: bytes


def read_huffman_table(data: bytes, at: int) -> tuple[HuffmanTable, int]:
    """The table described at `at` (section 4.2.1), and where its description ends."""
    if at >= len(data):
        raise ValueError("a Huffman table is missing")
    head, at = data[at], at + 1
    end = at + (head if head < 128 else head - 126 >> 1)
    if end > len(data):
        raise ValueError("a Huffman table runs off its block")
    if head < 128:
        weights = _compressed_weights(data[at:end])
    else:
        halves = [half for byte in data[at:end] for half in (byte >> 4, byte & 15)]
        weights = halves[: head - 127]
    return _huffman_table(weights), end


def _compressed_weights(data: bytes) -> list[int]:
    """Weights under FSE: two states take turns until the bits are used up (section 4.2.1.2)."""
    table, at = read_fse_table(data, 0, LARGEST_WEIGHTS_LOG, 256)
    stream = BackwardBits(data[at:])
    states = [stream.read(table.log), stream.read(table.log)]
    weights: list[int] = []
    turn = 0
    while len(weights) < 255:
        state = states[turn]
        weights.append(table.symbols[state])
        states[turn] = table.bases[state] + stream.read(table.bits[state])
        turn ^= 1
        if stream.at < 0:
            weights.append(table.symbols[states[turn]])
            return weights
    raise ValueError("a Huffman table has too many weights")


def _huffman_table(weights: list[int]) -> HuffmanTable:
    """Codes in order of weight, then of symbol; the last symbol's weight completes the sum (section 4.2.1.3)."""
    total = sum(1 << weight >> 1 for weight in weights)
    log = total.bit_length()
    rest = (1 << log) - total
    if not 0 < log <= LARGEST_HUFFMAN_BITS or len(weights) > 255 or rest & rest - 1:
        raise ValueError("a Huffman table's weights do not add up")
    weights = [*weights, rest.bit_length()]
    symbols, lengths = bytearray(), bytearray()
    for weight in range(1, log + 1):
        for symbol, own in enumerate(weights):
            if own == weight:
                places = 1 << weight >> 1
                symbols += bytes((symbol,)) * places
                lengths += bytes((log + 1 - weight,)) * places
    return HuffmanTable(log, bytes(symbols), bytes(lengths))


def huffman_decode(table: HuffmanTable, data: bytes, count: int) -> bytes:
    """The first `count` symbols of one stream."""
    stream = BackwardBits(data)
    at, log, mask = stream.at, table.log, (1 << table.log) - 1
    symbols, lengths = table.symbols, table.lengths
    found = bytearray()
    # Zeros in front, so that the last symbols can be looked up like all the others.
    padded, at = bytes(2) + data, at + 16
    for _ in range(count):
        low = at - log
        first = low >> 3
        code = int.from_bytes(padded[first : first + 3], "little") >> (low & 7) & mask
        found.append(symbols[code])
        at -= lengths[code]
        if at < 16:
            raise ValueError("a Huffman stream ends early")
    return bytes(found)
