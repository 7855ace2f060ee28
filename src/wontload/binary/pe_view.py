"""A PE file read by address, as it would lie in memory: every table of it is found this way."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from wontload.binary.malformed import MalformedImage
from wontload.binary.pe_layout import Layout, Section
from wontload.binary.source import LONGEST_NAME_BYTES, Source, numbers, side_by_side

WORD = {32: struct.Struct("<I"), 64: struct.Struct("<Q")}
# Tables that lie within this many bytes are read in one piece.
MOST_WINDOW_BYTES = 1 << 20
RVA_BYTES = 4
# Behind it no name may begin if RVAs are to be added without a carry; see `side_by_side`.
LAST_RVA_IN_ORDER = (1 << 32) - LONGEST_NAME_BYTES - 1
MOST_WASTE_BYTES = 16384  # between directories that are read in one piece
MOST_THUNKS = 128  # of the last of several tables that are read at once


class PEView:
    """A PE file read by RVA, as it would lie in memory."""

    __slots__ = ("_kept", "_kept_base", "_kept_end", "_kept_rva", "_sections", "layout", "source")

    def __init__(self, source: Source, layout: Layout) -> None:
        self.source = source
        self.layout = layout
        self._sections: dict[int, Section] = {}
        # RVAs from `_kept_rva` to `_kept_end` lie in `_kept`, at their distance from `_kept_base`.
        self._kept = b""
        self._kept_rva = self._kept_end = self._kept_base = 0

    def keep(self, rva: int, size: int) -> None:
        """Have what tables of one kind lie in at hand, as far as it is in the file; reads within it are then cheap."""
        start, raw_end, _, file_offset = self.section(rva)
        size = min(size, raw_end - rva, MOST_WINDOW_BYTES)
        if size <= 0:
            return
        self._kept, begin = self.source.around(rva - start + file_offset, size)
        base = self._kept_base = begin - file_offset + start
        # The piece may reach into other sections, which lie elsewhere in memory.
        starts = self.layout.starts
        following = bisect_right(starts, rva)
        end = min(raw_end, starts[following]) if following < len(starts) else raw_end
        self._kept_rva = max(base, start, rva - MOST_WINDOW_BYTES)
        self._kept_end = min(base + len(self._kept), end, rva + MOST_WINDOW_BYTES)

    def gather(self, tables: Iterable[tuple[int, int]]) -> None:
        """Read tables (RVA and size of what will be asked for) in one piece, if linkers put them close together.

        A call of the kernel costs as much as copying `MOST_WASTE_BYTES`, and on some machines several times that.
        """
        begin, end, size = self.source.size, 0, 0
        try:
            for rva, most in tables:
                section = self.section(rva)
                start, length = rva - section.rva + section.file_offset, min(most, section.raw_end_rva - rva)
                begin, end, size = min(begin, start), max(end, start + length), size + length
        except MalformedImage:
            return  # whoever asks for that table will say so
        if end - begin <= size + MOST_WASTE_BYTES:
            self.source.bring(begin, end)

    def is_costly(self, rva: int) -> bool:
        """Whether what lies there is so far away that it is better done without; see `Source.is_costly`."""
        section = self.section(rva)
        return self.source.is_costly(rva - section.rva + section.file_offset)

    def directory(self, which: int) -> tuple[int, int] | None:
        """RVA and size of a data directory; `None` when the file has none."""
        directories = self.layout.directories
        found = directories[which] if which < len(directories) else (0, 0)
        return found if found[0] else None

    def section(self, rva: int) -> Section:
        """The part of the image that `rva` lies in."""
        index = bisect_right(self.layout.starts, rva) - 1
        section = self._sections.get(index)
        if section is None and index >= 0:
            section = self._sections[index] = self.layout.section(index)
        if section is None or rva >= section.end_rva:
            raise self.source.corrupt(f"the address {rva:#x} lies in none of its sections")
        return section

    def unpack(self, layout: struct.Struct, rva: int) -> tuple[Any, ...]:
        """One structure."""
        if self._kept_rva <= rva and rva + layout.size <= self._kept_end:
            return layout.unpack_from(self._kept, rva - self._kept_base)
        return layout.unpack(self.bytes_at(rva, layout.size))

    def bytes_at(self, rva: int, size: int) -> bytes:
        """`size` bytes of memory at `rva`, in one section."""
        if self._kept_rva <= rva and rva + size <= self._kept_end:
            return self._kept[rva - self._kept_base : rva - self._kept_base + size]
        section = self.section(rva)
        if rva + size > section.end_rva:
            raise self.source.corrupt(f"a table of {size} bytes at address {rva:#x} runs off its section")
        return self.memory(section, rva, size)

    def memory(self, section: Section, rva: int, size: int) -> bytes:
        """At most `size` bytes of a section from `rva` on: from the file, then zeros."""
        if self._kept_rva <= rva and rva + size <= self._kept_end:
            return self._kept[rva - self._kept_base : rva - self._kept_base + size]
        size = min(size, section.end_rva - rva)
        from_file = max(0, min(size, section.raw_end_rva - rva))
        found = self.source.bytes_at(rva - section.rva + section.file_offset, from_file) if from_file else b""
        return found + bytes(size - from_file) if from_file < size else found

    def entries(self, rva: int, layout: struct.Struct) -> Iterator[tuple[Any, ...]]:
        """The structures from `rva` to the end of its section, which a sound table does not reach."""
        section, step = self.section(rva), 64 * layout.size
        while rva < section.raw_end_rva:
            window = self.memory(section, rva, step)
            whole = len(window) - len(window) % layout.size
            if not whole:
                break
            yield from layout.iter_unpack(window[:whole])
            rva += whole
        if rva + layout.size > section.end_rva:
            raise self.source.corrupt(f"a table at address {rva:#x} runs off its section")
        yield (0,) * len(layout.unpack(bytes(layout.size)))  # what follows in memory is zero, which ends any table

    def thunks(self, rva: int, count: int = 64) -> list[int]:
        """The non-zero numbers, as wide as an address, from `rva` to the first zero; `count` are looked at first."""
        code, width = WORD[self.layout.bits].format[-1], WORD[self.layout.bits].size
        section = self.section(rva)
        found: list[int] = []
        while rva < section.raw_end_rva:
            some = numbers(self.memory(section, rva, count * width), code)
            try:
                stop = some.index(0)
            except ValueError:
                stop = len(some)
            self.source.spend(stop)
            found += some[:stop]
            if stop < len(some):
                return found
            if not stop:
                break
            rva, count = rva + stop * width, 1024
        if rva + width > section.end_rva:
            raise self.source.corrupt(f"a table at address {rva:#x} runs off its section")
        return found

    def text(self, rva: int) -> str:
        """The NUL-terminated text at `rva`."""
        section = self.section(rva)
        return self.source.text(rva - section.rva + section.file_offset, self._text_end(section))

    def word(self, rva: int) -> int:
        """One number as wide as an address."""
        size = self.layout.bits // 8
        if self._kept_rva <= rva and rva + size <= self._kept_end:
            return int.from_bytes(self._kept[rva - self._kept_base : rva - self._kept_base + size], "little")
        return int.from_bytes(self.bytes_at(rva, size), "little")

    def thunk_tables(self, rvas: Sequence[int]) -> list[Sequence[int]]:
        """What `thunks` gives for each of `rvas`. Linkers put these tables side by side, so they are read at once."""
        if not rvas:
            return []
        low, word = min(rvas), WORD[self.layout.bits]
        span = max(rvas) - low + word.size * MOST_THUNKS
        if span > MOST_WINDOW_BYTES:
            return [self.thunks(rva) for rva in rvas]
        window = self.memory(self.section(low), low, span)
        some = numbers(window, word.format[-1])
        found: list[Sequence[int]] = []
        for rva in rvas:
            start, rest = divmod(rva - low, word.size)
            try:
                stop = -1 if rest else some.index(0, start)
            except ValueError:
                stop = -1
            if stop < 0:  # a long table, or one that lies oddly
                found.append(self.thunks(rva, 1024))
            else:
                self.source.spend(stop - start)
                found.append(some[start:stop])
        return found

    def texts(self, addresses: Sequence[int], base_rva: int = 0, highest: int | None = None) -> list[str]:
        """The NUL-terminated texts at `base_rva` and each of `addresses`: at once if they share a section, as usual.

        `highest`: of `addresses`, if the caller knows it.
        """
        if not addresses:
            return []
        low, high = min(addresses), max(addresses) if highest is None else highest
        if window := self._kept_window(low + base_rva, high + base_rva):
            return self.source.cut(window, addresses, low)
        section = self.section(low + base_rva)
        if high + base_rva >= section.raw_end_rva:
            return [self.text(base_rva + one) for one in addresses]
        shift = base_rva - section.rva + section.file_offset
        return self.source.texts(addresses, shift, self._text_end(section), (low, high))

    def texts_in_order(self, table: bytes) -> list[str]:
        """The texts at the RVAs in a table: soonest if side by side in its order, as linkers leave names of exports."""
        if not table:
            return []
        first, last = int.from_bytes(table[:RVA_BYTES], "little"), int.from_bytes(table[-RVA_BYTES:], "little")
        if first <= last < LAST_RVA_IN_ORDER:
            window = self._kept_window(first, last)
            if window.isascii() and (found := side_by_side(window.split("\0"), table)):
                return found
            section = self.section(first)
            if last < section.raw_end_rva:
                start, count = first - section.rva + section.file_offset, len(table) // RVA_BYTES
                names = self.source.ascii_names(count, start, start + last - first, self._text_end(section))
                if found := side_by_side(names, table):
                    return found
        return self.texts(numbers(table, "I"))

    def _kept_window(self, first: int, last: int) -> str:
        """What was kept from one RVA to the end of the text at another, a character a byte; empty: it is not there."""
        if not self._kept_rva <= first <= last < self._kept_end:
            return ""
        base = self._kept_base
        first, last = first - base, last - base
        end = self._kept.find(0, last, min(last + LONGEST_NAME_BYTES, self._kept_end - base))
        return str(memoryview(self._kept)[first : end + 1], "latin-1") if end >= 0 else ""

    @staticmethod
    def _text_end(section: Section) -> int:
        return section.file_offset + section.raw_end_rva - section.rva
