"""LZ4 blocks, decompressed as far as asked: how CUDA up to 12 compressed PTX and cubins.

Source: the LZ4 project's "LZ4 Block Format Description". What contradicts itself raises `ValueError`.
"""

from __future__ import annotations

from wontload.binary.zstd import copy

SHORTEST_MATCH = 4
LONG = 15  # a length that goes on in the bytes that follow


def lz4_start(data: bytes, most_bytes: int) -> bytes:
    """The first `most_bytes` of what a block holds; fewer if there are no more."""
    out, at = bytearray(), 0
    try:
        while at < len(data) and len(out) < most_bytes:
            token, at = data[at], at + 1
            length, at = _length(data, at, token >> 4)
            out += data[at : at + length]
            at += length
            if at >= len(data):  # the last sequence has no match
                break
            distance = data[at] | data[at + 1] << 8
            match, at = _length(data, at + 2, token & LONG)
            copy(out, distance, min(match + SHORTEST_MATCH, max(most_bytes - len(out), 0)))
    except IndexError:
        raise ValueError("an LZ4 block ends early") from None
    return bytes(out[:most_bytes])


def _length(data: bytes, at: int, length: int) -> tuple[int, int]:
    """A length, and where it ends: from 15 on, bytes are added up to the first that is not 255."""
    if length < LONG:
        return length, at
    while data[at] == 255:
        length, at = length + 255, at + 1
    return length + data[at], at + 1
