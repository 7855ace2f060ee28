"""Bytes of one file with every access checked: the only place where a parser's offset meets the file's end.

Offsets and sizes are in bytes from the file's start. Whatever lies outside comes out as `MalformedImage`.
"""

from __future__ import annotations

import mmap
import struct
import sys
from collections.abc import Sequence
from typing import Any, TypeAlias

from wontload.binary.malformed import Defect, MalformedImage
from wontload.binary.pages import Pages

HOST_ORDER = "<" if sys.byteorder == "little" else ">"
IN_ONE_PIECE = (mmap.mmap, bytes, memoryview)
# Or bytes that are read when they are asked for: `inflating.Inflating`.
Data: TypeAlias = "bytes | memoryview | mmap.mmap | Pages | Any"

# No symbol's name is longer than this. CUDA templates reach some ten thousand bytes.
LONGEST_NAME_BYTES = 1 << 16
# Names are decoded in one piece when they lie this close together: bytes for each name, and beyond that.
DENSE_BYTES, SLACK_BYTES = 256, 16384
MOST_WINDOW_BYTES = 64 << 20
# Of a row of names that is read at a time.
PART_BYTES = 1 << 16
NUL_DIGIT = struct.pack("<I", 1)
# How many names are sought before they are accounted for.
NAMES_AT_ONCE = 512
# A file may promise one name a million times, so what is made of it is bounded as well as where it is read.
MOST_ENTRIES = 1_000_000
MOST_TEXT_BYTES = 128 << 20


class Source:
    """One file's bytes, and how much may still be made of them.

    Attributes:
        path: as the caller gave it, for messages.
        data: the bytes: a mapped file, one that is read in pieces, a buffer, or a member of an archive.
        size: in bytes.
    """

    __slots__ = ("_entries_left", "_text_left", "data", "path", "size")

    def __init__(self, data: Data, path: str) -> None:
        self.data: Any = data  # each slices and searches alike
        self.path = path
        self.size = len(data)
        # Tables may share names' endings (ELF does), so the text may exceed the file, though not by much.
        self._text_left = min(4 * self.size + 4096, MOST_TEXT_BYTES)
        self._entries_left = min(self.size, MOST_ENTRIES)

    def corrupt(self, what: str, offset: int | None = None, part: str = "") -> MalformedImage:
        """The exception for tables that contradict themselves, or the file."""
        return MalformedImage(self.path, Defect.CORRUPT, what, offset, part=part)

    def truncated(self, promised_bytes: int, part: str, offset: int | None = None) -> MalformedImage:
        """The exception for a file that ends before what its headers promise."""
        what = f"its headers promise {promised_bytes} bytes and the file has {self.size}"
        cut = MalformedImage(self.path, Defect.TRUNCATED, what, offset, part=part)
        cut.promised_bytes = promised_bytes
        return cut

    def need(self, offset: int, size: int, part: str) -> None:
        """Make sure that a header is there; `part` is its name, should the file end before it."""
        if offset + size > self.size:
            raise self.truncated(offset + size, part, offset)

    def unpack(self, layout: struct.Struct, offset: int) -> tuple[Any, ...]:
        """One structure."""
        if not 0 <= offset <= self.size - layout.size:
            raise self.corrupt(f"a structure of {layout.size} bytes lies outside the file", offset)
        if type(self.data) not in IN_ONE_PIECE:
            return layout.unpack(self.data[offset : offset + layout.size])
        return layout.unpack_from(self.data, offset)

    def bytes_at(self, offset: int, size: int) -> bytes:
        """A copy of `size` bytes, all of them in the file."""
        if not 0 <= offset <= self.size - size or size < 0:
            raise self.corrupt(f"a table of {size} bytes lies outside the file", offset)
        return bytes(self.data[offset : offset + size])

    def upto(self, offset: int, size: int) -> bytes:
        """A copy of `size` bytes, or of as many as there are before the file's end."""
        return bytes(self.data[offset : offset + size])

    def around(self, offset: int, size: int) -> tuple[bytes, int]:
        """A piece in which `size` bytes at `offset` lie, and where it begins: what is at hand already is not copied."""
        if not 0 <= offset <= self.size - size or size < 0:
            raise self.corrupt(f"a table of {size} bytes lies outside the file", offset)
        data = self.data
        if isinstance(data, bytes):
            return data, 0
        if isinstance(data, Pages):
            return data.around(offset, offset + size)
        return bytes(data[offset : offset + size]), offset

    def bring(self, begin: int, end: int) -> None:
        """Read what is about to be asked for in one go, where a file is read in pieces."""
        if isinstance(self.data, Pages) and begin < end <= self.size:
            self.data.around(begin, end)

    def is_costly(self, offset: int) -> bool:
        """Whether what lies at `offset` is so far away that a parser should do without it, if it can."""
        return type(self.data) not in IN_ONE_PIECE and not isinstance(self.data, Pages) and self.data.is_costly(offset)

    def distance(self, offset: int) -> int:
        """About how many packed bytes must be inflated before what lies at `offset` is there; 0 where none are."""
        is_there = type(self.data) in IN_ONE_PIECE or isinstance(self.data, Pages)
        return 0 if is_there else int(self.data.distance(offset))

    def spend(self, entries: int, text_bytes: int = 0) -> None:
        """Account for what is about to be made. A sound file never comes near the limits."""
        self._entries_left -= entries
        self._text_left -= text_bytes
        if self._entries_left < 0 or self._text_left < 0:
            raise self.corrupt("its tables name more than a file of this size can hold")

    def text(self, offset: int, end: int | None = None) -> str:
        """The NUL-terminated text at `offset`, of which nothing may lie at or after `end`."""
        stop = self._name_end(offset, self.size if end is None else end)
        self.spend(1, stop - offset)
        return decode(bytes(self.data[offset:stop]))

    def texts(self, starts: Sequence[int], shift: int, end: int, span: tuple[int, int] | None = None) -> list[str]:
        """The NUL-terminated texts at `start + shift` of each start, none of which reaches `end`.

        Linkers put names side by side, so all of them are cut out of one decoded window where there are many.
        `span`: the least and the greatest of `starts`, if the caller knows them.
        """
        if not starts:
            return []
        low, high = span or (min(starts), max(starts))
        first, stop = low + shift, self._name_end(high + shift, end)
        most = min(DENSE_BYTES * len(starts) + SLACK_BYTES, MOST_WINDOW_BYTES)
        if first < 0 or stop - first > most:
            return [self.text(one + shift, end) for one in starts]
        window = str(self.data[first : stop + 1], "latin-1")  # a character a byte: offsets stay what they are
        return self.cut(window, starts, low)

    def ascii_names(self, count: int, first: int, last: int, end: int) -> list[str]:
        """What lies between the text at `first` and the end of that at `last`, cut at its NULs, then what is behind.

        Empty if that is not ASCII, is not `count` texts, or would take more memory than so many should. It is read in
        parts, as memory in large pieces costs more than what is put there.
        """
        stop = self._name_end(last, end) + 1
        if stop - first > DENSE_BYTES * count + SLACK_BYTES:
            return []
        names = [""]
        for at in range(first, stop, PART_BYTES):
            part = names.pop() + str(self.data[at : min(at + PART_BYTES, stop)], "latin-1")
            if not part.isascii() or len(part) > PART_BYTES + LONGEST_NAME_BYTES or len(names) > count:
                return []
            names += part.split("\0")
        return names

    def cut(self, window: str, starts: Sequence[int], low: int) -> list[str]:
        """The NUL-terminated texts at `start - low` in `window`, a character of which is a byte.

        They may overlap, so their sum is accounted for as it grows.
        """
        found: list[str] = []
        find, furthest = window.index, LONGEST_NAME_BYTES if len(window) > LONGEST_NAME_BYTES else 0
        for at in range(0, len(starts), NAMES_AT_ONCE):
            some = starts[at : at + NAMES_AT_ONCE]
            try:
                if furthest:
                    names = [window[(one := start - low) : find("\0", one, one + furthest)] for start in some]
                else:
                    names = [window[(one := start - low) : find("\0", one)] for start in some]
            except ValueError:
                raise self.corrupt("a name has no end") from None
            together = "".join(names)
            self.spend(0, len(together))
            if not together.isascii():
                names = [decode(name.encode("latin-1")) for name in names]
            found += names
        return found

    def _name_end(self, offset: int, end: int) -> int:
        """Where the text at `offset` has its NUL."""
        end = min(end, self.size)
        if not 0 <= offset < end:
            raise self.corrupt("a name lies outside its table", offset)
        end = min(end, offset + LONGEST_NAME_BYTES)
        # A memoryview alone cannot search.
        data = self.data if not isinstance(self.data, memoryview) else bytes(self.data[offset:end])
        found: int = data.find(b"\0", offset, end) if data is self.data else data.find(b"\0")
        if found >= 0:
            return found if data is self.data else offset + found
        raise self.corrupt("a name has no end", offset)


def side_by_side(names: list[str], starts: bytes) -> list[str] | None:
    """The texts that begin at `starts`, if they are `names`: a window cut at its NULs, the last of which ends it.

    So lie the names of nearly all export tables, and to see it takes less than to search for each.

    Args:
        names: with what is behind the last NUL, which is taken away. starts: little-endian numbers of 32 bits, counted
            from anywhere, the first that of the window. None is so large that the text there would end at `1 << 32`.
    """
    if not names or names.pop() or 4 * len(names) != len(starts):
        return None
    # Each begins behind the one before and its NUL. All of these sums are one: of numbers whose 32-bit digits they are.
    lengths = struct.pack(f"<{len(names)}I", *map(len, names))[:-4]
    begins, added, nuls, following = (
        int.from_bytes(digits, "little") for digits in (starts[:-4], lengths, len(lengths) // 4 * NUL_DIGIT, starts[4:])
    )
    return names if begins + added + nuls == following else None


def numbers(blob: bytes, code: str, order: str = "<") -> Sequence[int]:
    """All the numbers in `blob`, of the kind that `struct` calls `code`; a rest that is too short for one is left."""
    width = struct.calcsize("=" + code)
    whole = len(blob) - len(blob) % width
    if order == HOST_ORDER:  # no struct to compile for each length
        view: Any = memoryview(blob)
        found: list[int] = view[:whole].cast(code).tolist()
        return found
    return struct.unpack(f"{order}{whole // width}{code}", blob[:whole])


def every(blob: bytes, code: str, first: int, step: int, order: str = "<") -> Sequence[int]:
    """The same of each `step`-th number alone, from number `first` on: a column of a table."""
    if order != HOST_ORDER:
        return numbers(blob, code, order)[first::step]
    width = struct.calcsize("=" + code)
    view: Any = memoryview(blob)
    found: list[int] = view[: len(blob) - len(blob) % width].cast(code)[first::step].tolist()
    return found


def decode(name: bytes) -> str:
    """A name as text. Names are bytes to loaders: what is no UTF-8 survives as a file name would (`os.fsdecode`)."""
    return name.decode("utf-8", "surrogateescape")
