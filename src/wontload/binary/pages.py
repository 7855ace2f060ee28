"""A file read in pieces rather than mapped, for formats whose tables lie in few places: a PE file's do.

Mapping costs twice what it takes to read half a dozen pieces, most of it when the pages are let go of; and a file that
another program cuts short meanwhile is an error here, where a mapped one would be a signal that nothing survives.
"""

from __future__ import annotations

import os

from wontload.binary.malformed import Defect, MalformedImage

IS_SUPPORTED = hasattr(os, "pread")  # not on Windows
FIRST_BYTES = 4096
# Asked for less than this, more is read: neighbours are wanted next.
PIECE_BYTES = 8192
LARGEST_PIECE_BYTES = 1 << 18  # of what is kept
MOST_PIECES = 4  # beside the file's start, which parsers come back to; tables are looked at by turns


def read_start(descriptor: int) -> bytes:
    """What the file begins with."""
    return os.pread(descriptor, FIRST_BYTES, 0)


class Pages:
    """The bytes of an open file as far as a parser asks, sliced and searched like `bytes`; the last pieces are kept.

    Args:
        descriptor: of the open file, which is closed with this. path: for messages.
        size: of the file, in bytes. start: how it begins.
    """

    __slots__ = ("_begin", "_descriptor", "_end", "_kept", "_path", "_piece", "_size")

    def __init__(self, descriptor: int, path: str, size: int, start: bytes) -> None:
        self._descriptor = descriptor
        self._path = path
        self._size = size
        self._piece, self._begin, self._end = start, 0, len(start)
        self._kept = [(0, len(start), start)]

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, where: slice) -> bytes:
        begin, end = where.start or 0, self._size if where.stop is None else where.stop
        if not self._begin <= begin <= end <= self._end:
            begin, end, _ = where.indices(self._size)
            if end <= begin:
                return b""
            if end - begin > LARGEST_PIECE_BYTES:
                return self._read(begin, end)
            if not self._begin <= begin <= end <= self._end:
                self._turn_to(begin, end)
        return self._piece[begin - self._begin : end - self._begin]

    def around(self, begin: int, end: int) -> tuple[bytes, int]:
        """The piece in which `[begin, end)` lies, and where it begins."""
        if not self._begin <= begin <= end <= self._end:
            if end - begin > LARGEST_PIECE_BYTES:
                return self._read(begin, end), begin
            self._turn_to(begin, end)
        return self._piece, self._begin

    def find(self, wanted: bytes, begin: int, end: int) -> int:
        """Where `wanted`, one byte, is first found in `[begin, end)`; -1: nowhere."""
        if not self._begin <= begin < self._end:
            _ = self[begin : begin + 1]  # brings a piece that begins there
        found = self._piece.find(wanted, begin - self._begin, end - self._begin)
        if found >= 0:
            return found + self._begin
        found = self[begin:end].find(wanted)
        return found if found < 0 else begin + found

    def _turn_to(self, begin: int, end: int) -> None:
        """Have the piece at hand in which all of that lies."""
        for piece_begin, piece_end, piece in self._kept:
            if piece_begin <= begin and end <= piece_end:
                self._piece, self._begin, self._end = piece, piece_begin, piece_end
                return
        self._piece = self._read(begin, min(max(end, begin + PIECE_BYTES), self._size))
        self._begin, self._end = begin, begin + len(self._piece)
        del self._kept[MOST_PIECES:]
        self._kept.insert(1, (self._begin, self._end, self._piece))

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def _read(self, begin: int, end: int) -> bytes:
        try:
            found = os.pread(self._descriptor, max(0, end - begin), begin)
        except OSError as error:
            what = f"it could not be read: {error.strerror}"
            raise MalformedImage(self._path, Defect.UNREADABLE, what, begin) from error
        if len(found) < end - begin:
            raise MalformedImage(self._path, Defect.UNREADABLE, "it changed while it was being read", begin)
        return found
