"""PE headers, and where in the file each address of the image lies.

Source of names and offsets: Microsoft, "PE Format". What a loader makes of sections that lie oddly: Wine,
`map_image_into_view` (dlls/ntdll/unix/virtual.c). RVAs are addresses relative to the image's base.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from wontload.binary.malformed import Defect, MalformedImage
from wontload.binary.source import Source, numbers

SIGNATURE_POINTER = struct.Struct("<I")
SIGNATURE_POINTER_OFFSET = 0x3C
# "COFF File Header", behind the signature. Kept: signature, machine, number of sections, size of the optional header,
# characteristics.
FILE_HEADER = struct.Struct("<4sHH12xHH")
# "Optional Header", up to the data directories. Kept: magic, image base, section alignment, major and minor subsystem
# version, size of headers, number of data directories.
OPTIONAL_HEADER_32 = struct.Struct("<H26xII12xHH8xI28xI")
OPTIONAL_HEADER_64 = struct.Struct("<H22xQI12xHH8xI44xI")
MAGIC_32, MAGIC_64 = 0x10B, 0x20B
# "Section Table". Kept: virtual size, virtual address, size of raw data, pointer to raw data.
SECTION_HEADER = struct.Struct("<8xIIII16x")
PAGE_BYTES = 0x1000
SECTOR_BYTES = 0x200
WORD = {32: struct.Struct("<I"), 64: struct.Struct("<Q")}
# Tables that lie within this many bytes are read in one piece.
MOST_WINDOW_BYTES = 1 << 20


class Directory:
    """Index of a data directory."""

    EXPORT = 0
    IMPORT = 1
    RESOURCE = 2
    LOAD_CONFIG = 10
    DELAY_IMPORT = 13
    CLR = 14


class Section(NamedTuple):
    """A part of the image: `[rva, raw_end_rva)` comes from the file, from there to `end_rva` it is zero."""

    rva: int
    raw_end_rva: int
    end_rva: int
    file_offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The headers, as far as anything here asks.

    Attributes:
        directories: (RVA, size in bytes) by index; as many as the file has.
        sections: sorted by RVA; the headers are the first.
        starts: the RVAs of `sections`.
    """

    machine: int
    bits: int
    characteristics: int
    image_base: int
    size_of_headers: int
    subsystem_version: tuple[int, int]
    directories: tuple[tuple[int, int], ...]
    sections: tuple[Section, ...]
    starts: tuple[int, ...]


def read_layout(source: Source) -> Layout:
    """Read the headers. Raises `MalformedImage`, `TRUNCATED` when the file ends before its sections do."""
    source.need(SIGNATURE_POINTER_OFFSET, SIGNATURE_POINTER.size, "headers")
    (start,) = source.unpack(SIGNATURE_POINTER, SIGNATURE_POINTER_OFFSET)
    source.need(start, FILE_HEADER.size + 2, "headers")
    signature, machine, section_count, optional_size, characteristics = source.unpack(FILE_HEADER, start)
    if signature != b"PE\0\0":
        what = "it is a DOS or 16-bit Windows program"
        raise MalformedImage(source.path, Defect.NOT_NATIVE, what, start, content="16-bit program")
    optional = start + FILE_HEADER.size
    magic = int.from_bytes(source.bytes_at(optional, 2), "little")
    if magic not in (MAGIC_32, MAGIC_64):
        raise source.corrupt(f"its optional header has the unknown magic {magic:#x}", optional)
    header = OPTIONAL_HEADER_64 if magic == MAGIC_64 else OPTIONAL_HEADER_32
    section_table = optional + optional_size
    source.need(optional, header.size, "headers")
    source.need(section_table, section_count * SECTION_HEADER.size, "headers")
    _, base, alignment, major, minor, size_of_headers, count = source.unpack(header, optional)
    headers = source.bytes_at(section_table, section_count * SECTION_HEADER.size)
    sections = _sections(source, headers, alignment, size_of_headers)
    return Layout(
        machine=machine,
        bits=64 if magic == MAGIC_64 else 32,
        characteristics=characteristics,
        image_base=base,
        size_of_headers=size_of_headers,
        subsystem_version=(major, minor),
        directories=_directories(source, optional + header.size, min(count, 16)),
        sections=sections,
        starts=tuple(section.rva for section in sections),
    )


def _directories(source: Source, offset: int, count: int) -> tuple[tuple[int, int], ...]:
    source.need(offset, 8 * count, "headers")
    table = numbers(source.bytes_at(offset, 8 * count), "I")
    return tuple(zip(table[::2], table[1::2], strict=True))


def _sections(source: Source, headers: bytes, alignment: int, size_of_headers: int) -> tuple[Section, ...]:
    """Where the parts of the image come from; all of them must be in the file.

    Windows refuses an image with a section whose raw data ends behind the file (error 193; believed, see
    docs/loaders.md). Wine forgives up to a sector. A signature or other data behind the last section may be missing.
    """
    table = list(SECTION_HEADER.iter_unpack(headers))
    promised = max((pointer + size for _, _, size, pointer in table if pointer and size), default=0)
    if promised > source.size:
        raise source.truncated(promised, "sections")
    if alignment < PAGE_BYTES:  # such an image is mapped in one piece: an RVA is the file's offset
        return (Section(0, source.size, source.size, 0),)
    sections = [Section(0, min(size_of_headers, source.size), size_of_headers, 0)]
    for virtual_size, rva, size, pointer in table:
        mapped = ((virtual_size or size) + PAGE_BYTES - 1) & -PAGE_BYTES
        raw = (size if size < mapped else mapped) if pointer else 0
        sections.append(Section(rva, rva + raw, rva + mapped, pointer & -SECTOR_BYTES))
    return tuple(sorted(sections))


class PEView:
    """A PE file read by RVA, as it would lie in memory."""

    __slots__ = ("layout", "source")

    def __init__(self, source: Source, layout: Layout) -> None:
        self.source = source
        self.layout = layout

    def directory(self, which: int) -> tuple[int, int] | None:
        """RVA and size of a data directory; `None` when the file has none."""
        directories = self.layout.directories
        found = directories[which] if which < len(directories) else (0, 0)
        return found if found[0] else None

    def section(self, rva: int) -> Section:
        """The part of the image that `rva` lies in."""
        index = bisect_right(self.layout.starts, rva) - 1
        if index >= 0:
            section = self.layout.sections[index]
            if rva < section.end_rva:
                return section
        raise self.source.corrupt(f"the address {rva:#x} lies in none of its sections")

    def bytes_at(self, rva: int, size: int) -> bytes:
        """`size` bytes of memory at `rva`, in one section."""
        section = self.section(rva)
        if rva + size > section.end_rva:
            raise self.source.corrupt(f"a table of {size} bytes at address {rva:#x} runs off its section")
        return self.memory(section, rva, size)

    def memory(self, section: Section, rva: int, size: int) -> bytes:
        """At most `size` bytes of a section from `rva` on: from the file, then zeros."""
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

    def thunks(self, rva: int) -> list[int]:
        """The non-zero numbers, as wide as an address, from `rva` to the first zero."""
        code, width = WORD[self.layout.bits].format[-1], WORD[self.layout.bits].size
        section, count = self.section(rva), 64
        found: list[int] = []
        while rva < section.raw_end_rva:
            window = self.memory(section, rva, count * width)
            some = numbers(window, code)
            got = len(some)
            length = some.index(0) if 0 in some else got
            self.source.spend(length)
            found += some[:length]
            if length < got:
                return found
            if not got:
                break
            rva, count = rva + got * width, 1024
        if rva + width > section.end_rva:
            raise self.source.corrupt(f"a table at address {rva:#x} runs off its section")
        return found

    def text(self, rva: int) -> str:
        """The NUL-terminated text at `rva`."""
        section = self.section(rva)
        return self.source.text(rva - section.rva + section.file_offset, self._text_end(section))

    def word(self, rva: int) -> int:
        """One number as wide as an address."""
        section, word = self.section(rva), WORD[self.layout.bits]
        if rva + word.size > section.raw_end_rva:
            return int.from_bytes(self.bytes_at(rva, word.size), "little")
        number: int = word.unpack_from(self.source.data, rva - section.rva + section.file_offset)[0]
        return number

    def thunk_tables(self, rvas: Sequence[int]) -> list[Sequence[int]]:
        """What `thunks` gives for each of `rvas`. Linkers put these tables side by side, so they are read at once."""
        if not rvas:
            return []
        low, word = min(rvas), WORD[self.layout.bits]
        span = max(rvas) - low + word.size * 256
        if span > MOST_WINDOW_BYTES:
            return [self.thunks(rva) for rva in rvas]
        window = self.memory(self.section(low), low, span)
        some = numbers(window, word.format[-1])
        found: list[Sequence[int]] = []
        for rva in rvas:
            start, rest = divmod(rva - low, word.size)
            if rest or 0 not in some[start : start + 256]:  # a long table, or one that lies oddly
                found.append(self.thunks(rva))
            else:
                table = some[start : some.index(0, start)]
                self.source.spend(len(table))
                found.append(table)
        return found

    def texts(self, rvas: Sequence[int]) -> list[str]:
        """The NUL-terminated texts at `rvas`: at once where they share a section, as they nearly always do."""
        if not rvas:
            return []
        section = self.section(min(rvas))
        if max(rvas) >= section.raw_end_rva:
            return [self.text(rva) for rva in rvas]
        return self.source.texts(rvas, section.file_offset - section.rva, self._text_end(section))

    @staticmethod
    def _text_end(section: Section) -> int:
        return section.file_offset + section.raw_end_rva - section.rva
