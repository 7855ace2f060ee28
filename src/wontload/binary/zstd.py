"""Zstandard frames, decompressed as far as asked: enough to read what stands at the start of compressed GPU code.

Python has a decoder of its own only from 3.14 on, and this tool takes no native dependency. This one makes the first
bytes of a frame in milliseconds and the rest at about a megabyte a second, so ask it for little.
Source: RFC 8878, "Zstandard Compression and the 'application/zstd' Media Type"; its section numbers stand below.
What is no sound frame raises `ValueError`. Checksums and dictionaries are not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from wontload.binary.zstd_entropy import (
    BackwardBits,
    FseTable,
    HuffmanTable,
    fse_table,
    huffman_decode,
    read_fse_table,
    read_huffman_table,
    single_symbol,
)

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
LARGEST_BLOCK_BYTES = 128 << 10
# A frame of many tiny blocks takes long and says little: a compressor fills its blocks.
FEWEST_BYTES_A_BLOCK = 1 << 10
SPARE_BLOCKS = 32
RAW, RUN, COMPRESSED, TREELESS = range(4)
PREDEFINED, SINGLE, DESCRIBED, REPEATED = range(4)

# Section 3.1.1.3.2.1.1: for each code its lowest value and how many bits are added to it.
LITERALS_BITS = (0,) * 16 + (1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
MATCH_BITS = (0,) * 32 + (1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)


def _lowest(bits: tuple[int, ...], first: int) -> tuple[int, ...]:
    """Each code begins where the one before it ends."""
    values = [first]
    for count in bits[:-1]:
        values.append(values[-1] + (1 << count))
    return tuple(values)


LITERALS_LOWEST = _lowest(LITERALS_BITS, 0)
MATCH_LOWEST = _lowest(MATCH_BITS, 3)
LARGEST_OFFSET_CODE = 31

# Section 3.1.1.3.2.2: the tables used where a block describes none.
LITERALS_DEFAULT = (4, 3, *(2,) * 6, *(2,) * 5, 1, 1, 1, *(2,) * 9, 3, 2, *(1,) * 5, *(-1,) * 4)
MATCH_DEFAULT = (1, 4, 3, *(2,) * 6, *(1,) * 37, *(-1,) * 7)
OFFSET_DEFAULT = (*(1,) * 6, 2, 2, 2, *(1,) * 15, *(-1,) * 5)


@dataclass
class _Frame:
    """What one block leaves to the next."""

    out: bytearray
    limit: int
    huffman: HuffmanTable | None = None
    tables: dict[int, FseTable] = field(default_factory=dict)
    offsets: list[int] = field(default_factory=lambda: [1, 4, 8])


def zstd_start(data: bytes, most_bytes: int) -> bytes:
    """The first `most_bytes` of what the frame at the start of `data` holds; fewer if there are no more.

    A frame that is cut off gives what its whole blocks hold.
    """
    at = _first_block(data)
    frame = _Frame(bytearray(), most_bytes)
    for _ in range(SPARE_BLOCKS + most_bytes // FEWEST_BYTES_A_BLOCK):
        head = int.from_bytes(data[at : at + 3], "little")
        is_last, kind, size = head & 1, head >> 1 & 3, head >> 3
        stored = 1 if kind == RUN else size
        if kind == 3 or size > LARGEST_BLOCK_BYTES:
            raise ValueError("a Zstandard block of an unknown kind")
        content = data[at + 3 : at + 3 + stored]
        if len(content) < stored:
            break
        if kind == COMPRESSED:
            _compressed_block(frame, content)
        else:
            frame.out += content * size if kind == RUN else content
        if is_last or len(frame.out) >= most_bytes:
            break
        at += 3 + stored
    return bytes(frame.out[:most_bytes])


def _first_block(data: bytes) -> int:
    """Behind the frame header (section 3.1.1.1)."""
    if data[:4] != ZSTD_MAGIC or len(data) < 6:
        raise ValueError("no Zstandard frame")
    descriptor = data[4]
    is_single_segment = descriptor >> 5 & 1
    content_size = (is_single_segment, 2, 4, 8)[descriptor >> 6]
    return 5 + (1 - is_single_segment) + (0, 1, 2, 4)[descriptor & 3] + content_size


def _compressed_block(frame: _Frame, data: bytes) -> None:
    literals, at = _literals(frame, data)
    count, at = _sequence_count(data, at)
    if not count:
        frame.out += literals
        return
    if at >= len(data):
        raise ValueError("a Zstandard block ends early")
    modes, at = data[at], at + 1
    lengths, at = _table(frame, 0, modes >> 6, data, at, 9, len(LITERALS_BITS), LITERALS_DEFAULT, 6)
    offsets, at = _table(frame, 1, modes >> 4 & 3, data, at, 8, LARGEST_OFFSET_CODE + 1, OFFSET_DEFAULT, 5)
    matches, at = _table(frame, 2, modes >> 2 & 3, data, at, 9, len(MATCH_BITS), MATCH_DEFAULT, 6)
    used = _sequences(frame, BackwardBits(data[at:]), count, (lengths, offsets, matches), literals)
    frame.out += literals[used:]


def _literals(frame: _Frame, data: bytes) -> tuple[bytes, int]:
    """The block's literals, as many as the limit can need, and where their section ends (section 3.1.1.3.1)."""
    head = int.from_bytes(data[:5], "little")
    kind, sizing = head & 3, head >> 2 & 3
    if kind in (RAW, RUN):
        header, size = ((1, head >> 3 & 31), (2, head >> 4 & 0xFFF), (1, head >> 3 & 31), (3, head >> 4 & 0xFFFFF))[
            sizing
        ]
        if size > LARGEST_BLOCK_BYTES:
            raise ValueError("too many literals")
        stored = size if kind == RAW else 1
        content = data[header : header + stored]
        return content if kind == RAW else content * size, header + stored
    header, width = ((3, 10), (3, 10), (4, 14), (5, 18))[sizing]
    mask = (1 << width) - 1
    size, stored = head >> 4 & mask, head >> 4 + width & mask
    end = header + stored
    if size > LARGEST_BLOCK_BYTES or end > len(data):
        raise ValueError("literals run off their block")
    at = header
    if kind == COMPRESSED:
        frame.huffman, at = read_huffman_table(data[:end], at)
    if frame.huffman is None:
        raise ValueError("literals without a Huffman table")
    return _huffman_literals(frame.huffman, data[at:end], size, frame.limit - len(frame.out), sizing > 0), end


def _huffman_literals(table: HuffmanTable, data: bytes, size: int, wanted: int, is_split: bool) -> bytes:
    """Literals in one stream, or in four with their sizes before them; what lies beyond `wanted` is not decoded."""
    if not is_split:
        return huffman_decode(table, data, min(size, wanted))
    part = (size + 3) // 4
    ends = [6]
    for index in range(3):
        ends.append(ends[-1] + int.from_bytes(data[2 * index : 2 * index + 2], "little"))
    ends.append(len(data))
    found = b""
    for index in range(4):
        left = min(part if index < 3 else size - 3 * part, wanted - len(found))
        if left > 0:
            found += huffman_decode(table, data[ends[index] : ends[index + 1]], left)
    return found


def _sequence_count(data: bytes, at: int) -> tuple[int, int]:
    first = int.from_bytes(data[at : at + 3].ljust(3, b"\0"), "little")
    low, middle = first & 0xFF, first >> 8 & 0xFF
    if low < 128:
        return low, at + 1
    if low < 255:
        return (low - 128 << 8) + middle, at + 2
    return (first >> 8) + 0x7F00, at + 3


def _table(
    frame: _Frame,
    which: int,
    mode: int,
    data: bytes,
    at: int,
    largest_log: int,
    symbols: int,
    default: tuple[int, ...],
    default_log: int,
) -> tuple[FseTable, int]:
    """The table of one of the three kinds of codes (section 3.1.1.3.2.1), and where its description ends."""
    if mode == PREDEFINED:
        frame.tables[which] = fse_table(default, default_log)
    elif mode == SINGLE:
        if at >= len(data) or data[at] >= symbols:
            raise ValueError("a code that does not exist")
        frame.tables[which], at = single_symbol(data[at]), at + 1
    elif mode == DESCRIBED:
        frame.tables[which], at = read_fse_table(data, at, largest_log, symbols)
    elif which not in frame.tables:
        raise ValueError("a table is repeated that was never there")
    return frame.tables[which], at


def _sequences(
    frame: _Frame, stream: BackwardBits, count: int, tables: tuple[FseTable, FseTable, FseTable], literals: bytes
) -> int:
    """Carry out the block's sequences, up to the limit; how many literals they took (section 3.1.1.4)."""
    lengths, offsets, matches = tables
    out, used, read = frame.out, 0, stream.read
    length_state, offset_state, match_state = read(lengths.log), read(offsets.log), read(matches.log)
    for index in range(count):
        length_code, match_code = lengths.symbols[length_state], matches.symbols[match_state]
        offset_code = offsets.symbols[offset_state]
        offset = (1 << offset_code) + read(offset_code)
        match = MATCH_LOWEST[match_code] + read(MATCH_BITS[match_code])
        length = LITERALS_LOWEST[length_code] + read(LITERALS_BITS[length_code])
        if index < count - 1:
            length_state = lengths.bases[length_state] + read(lengths.bits[length_state])
            match_state = matches.bases[match_state] + read(matches.bits[match_state])
            offset_state = offsets.bases[offset_state] + read(offsets.bits[offset_state])
        if stream.at < 0:
            raise ValueError("a sequence stream ends early")
        out += literals[used : used + length]
        used += length
        if len(out) >= frame.limit:
            break
        copy(out, _distance(frame.offsets, offset, length), min(match, frame.limit - len(out)))
        if len(out) >= frame.limit:
            break
    return used


def _distance(recent: list[int], value: int, length: int) -> int:
    """How far back a match lies: 1 to 3 name one of the last three distances (section 3.1.1.5)."""
    if value > 3:
        recent[:] = value - 3, recent[0], recent[1]
        return recent[0]
    which = value - 1 + (length == 0)
    distance = recent[which] if which < 3 else recent[0] - 1
    if which:
        recent[:] = (distance, recent[0], recent[1] if which > 1 else recent[2])
    return distance


def copy(out: bytearray, distance: int, size: int) -> None:
    """Append `size` bytes from `distance` bytes back; they may reach into what is being appended."""
    start = len(out) - distance
    if distance <= 0 or start < 0:
        raise ValueError("a match lies before the start")
    piece = out[start : start + size]
    out += (piece * (size // len(piece) + 1))[:size] if len(piece) < size else piece
