"""ELF header, program headers and dynamic section; and where in the file each address lies.

Everything goes through the program headers, as in a loader: section headers may be stripped, and none is read.
Source of names and numbers: the System V ABI (gABI), "Object Files" and "Program Loading and Dynamic Linking"; elf.h.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from operator import itemgetter
from typing import NamedTuple, cast

from wontload.binary.source import Source

ELF_MAGIC = b"\x7fELF"
EI_CLASS, EI_DATA, EI_OSABI = 4, 5, 7
CLASS_BITS = {1: 32, 2: 64}
BYTE_ORDER = {1: "<", 2: ">"}
IDENT_BYTES = 16
PAGE_BYTES = 4096  # the smallest that any of these machines has


class Segment:
    """p_type, as far as anything here asks."""

    LOAD = 1
    DYNAMIC = 2
    INTERP = 3
    NOTE = 4
    TLS = 7
    GNU_STACK = 0x6474E551


class Tag:
    """d_tag, as far as anything here asks."""

    NEEDED = 1
    HASH = 4
    STRTAB = 5
    SYMTAB = 6
    RELA = 7
    STRSZ = 10
    SONAME = 14
    RPATH = 15
    REL = 17
    INIT = 12
    JMPREL = 23
    RUNPATH = 29
    INIT_ARRAY = 25
    FLAGS = 30
    RELR = 36
    GNU_HASH = 0x6FFFFEF5
    VERSYM = 0x6FFFFFF0
    FLAGS_1 = 0x6FFFFFFB
    VERDEF = 0x6FFFFFFC
    VERNEED = 0x6FFFFFFE
    AUXILIARY = 0x7FFFFFFD
    FILTER = 0x7FFFFFFF


class Structs:
    """The structures whose layout depends on class and byte order."""

    def __init__(self, bits: int, order: str) -> None:
        word = "I" if bits == 32 else "Q"
        self.order = order
        # e_type, e_machine, (e_version, e_entry), e_phoff, (e_shoff, e_flags, e_ehsize), e_phentsize, e_phnum, (3 more)
        self.header = struct.Struct(f"{order}HH4x{bits // 8}x{word}{bits // 8}x6xHH6x")
        self.dynamic = struct.Struct(f"{order}{word}{word}")
        # p_type, p_flags, p_offset, p_vaddr, p_filesz, p_memsz (64 bits); the flags stand last but one with 32.
        self.segment = struct.Struct(f"{order}IIIIIIII" if bits == 32 else f"{order}IIQQQQQQ")
        # st_name, st_info, st_other, st_shndx
        self.symbol = struct.Struct(f"{order}I8xBBH" if bits == 32 else f"{order}IBBH16x")
        self.word = struct.Struct(f"{order}I")
        self.half = struct.Struct(f"{order}H")
        self.word_bytes = bits // 8


structs = lru_cache(maxsize=None)(Structs)  # four of them


class SegmentHeader(NamedTuple):
    """One program header: what it is, and where it comes from and goes to. Sizes and offsets in bytes."""

    kind: int
    flags: int
    offset: int
    address: int
    file_size: int
    memory_size: int
    alignment: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The headers, as far as anything here asks.

    Attributes:
        segments: all program headers, in file order.
        loads: those that are mapped and have bytes in the file.
        dynamic: the dynamic section, as (tag, value) up to DT_NULL; empty without one.
        values: the last value of each tag.
    """

    bits: int
    big_endian: bool
    os_abi: int
    elf_type: int
    machine: int
    segments: tuple[SegmentHeader, ...]
    loads: tuple[SegmentHeader, ...]
    dynamic: tuple[tuple[int, int], ...]
    values: dict[int, int]

    @property
    def structs(self) -> Structs:
        """The structures of this class and byte order."""
        return structs(self.bits, ">" if self.big_endian else "<")


def read_layout(source: Source, known_as: tuple[int, str] | None = None) -> Layout:
    """Read the headers. Raises `MalformedImage`, `TRUNCATED` when the file ends before its segments do.

    `known_as`: bits and byte order (`<`, `>`) that count whatever the file says of itself, as to musl.
    """
    source.need(0, IDENT_BYTES, "ELF header")
    ident = source.bytes_at(0, IDENT_BYTES)
    bits, order = known_as or (CLASS_BITS.get(ident[EI_CLASS]), BYTE_ORDER.get(ident[EI_DATA]))
    if bits is None or order is None:
        raise source.corrupt(f"its class {ident[EI_CLASS]} or byte order {ident[EI_DATA]} does not exist", EI_CLASS)
    known = structs(bits, order)
    source.need(IDENT_BYTES, known.header.size, "ELF header")
    elf_type, machine, offset, entry_size, count = source.unpack(known.header, IDENT_BYTES)
    segments = _segments(source, known, offset, entry_size, count)
    loads = tuple(one for one in segments if one.kind == Segment.LOAD and one.file_size)
    promised = max((one.offset + one.file_size for one in loads), default=0)
    if promised > source.size:
        raise source.truncated(promised, "segments")
    dynamic = _dynamic(source, known, segments, loads, sized=known_as is None)
    return Layout(
        bits=bits,
        big_endian=order == ">",
        os_abi=ident[EI_OSABI],
        elf_type=elf_type,
        machine=machine,
        segments=segments,
        loads=loads,
        dynamic=dynamic,
        values=dict(dynamic),
    )


def _segments(source: Source, known: Structs, offset: int, entry_size: int, count: int) -> tuple[SegmentHeader, ...]:
    if not count:
        return ()
    if entry_size != known.segment.size:  # glibc: "ELF file's phentsize not the expected size"
        raise source.corrupt(f"its program headers have {entry_size} bytes each, not {known.segment.size}", IDENT_BYTES)
    source.need(offset, count * entry_size, "program headers")
    table = known.segment.iter_unpack(source.bytes_at(offset, count * entry_size))
    if known.word_bytes == 8:
        return tuple(
            SegmentHeader(kind, flags, start, address, size, memory, alignment)
            for kind, flags, start, address, _, size, memory, alignment in table
        )
    return tuple(
        SegmentHeader(kind, flags, start, address, size, memory, alignment)
        for kind, start, address, _, size, memory, flags, alignment in table
    )


def _dynamic(
    source: Source,
    known: Structs,
    segments: tuple[SegmentHeader, ...],
    loads: tuple[SegmentHeader, ...],
    *,
    sized: bool,
) -> tuple[tuple[int, int], ...]:
    """The dynamic section, found by its address; of two, the last counts (glibc, `_dl_map_object_from_fd`).

    `sized`: one that says it has no bytes is none, as to glibc; else its size does not count, as to musl. To neither is
    there one at address 0.
    """
    sections = [one for one in segments if one.kind == Segment.DYNAMIC and one.address and (one.file_size or not sized)]
    if not sections:  # a static executable, or debug information on its own
        return ()
    if not sized and _is_cleared(sections[-1].address, segments):  # as in debug information on its own
        raise source.corrupt("its dynamic section is all zeros", part="dynamic section")
    offset, end = run_of(source, loads, sections[-1].address)
    size = min(sections[-1].file_size, end - offset) if sized else end - offset
    size -= size % known.dynamic.size
    source.spend(size // known.dynamic.size)
    entries = cast("Iterable[tuple[int, int]]", known.dynamic.iter_unpack(source.bytes_at(offset, size)))
    return tuple(takewhile(itemgetter(0), entries))  # up to DT_NULL


def _is_cleared(address: int, segments: tuple[SegmentHeader, ...]) -> bool:
    """Whether an address lies in memory for which the file has no bytes."""
    loads = (one for one in segments if one.kind == Segment.LOAD)
    return any(one.file_size <= address - one.address < one.memory_size for one in loads)


def run_of(source: Source, loads: tuple[SegmentHeader, ...], address: int) -> tuple[int, int]:
    """The file's part that an address and what follows it come from: (offset, end of the segment's bytes)."""
    for segment in loads:
        if 0 <= address - segment.address < segment.file_size:
            return address - segment.address + segment.offset, segment.offset + segment.file_size
    for segment in loads:
        # Whole pages are mapped: what the file has behind a segment's end is there too, unless zeros are written there.
        end = segment.offset + segment.file_size
        end = min(end + -end % PAGE_BYTES, source.size)
        if segment.memory_size == segment.file_size and 0 <= address - segment.address < end - segment.offset:
            return address - segment.address + segment.offset, end
    raise source.corrupt(f"the address {address:#x} lies in none of its segments")


def run_on(loads: tuple[SegmentHeader, ...], source_bytes: int, shift: int, end: int) -> int:
    """Where a run really ends: segments that follow each other in the file as in memory are one piece of it.

    patchelf leaves tables that begin in one and go on in the next, or in the rest of its last page.

    Args:
        source_bytes: size of the file. shift: address less offset, in the segment that ends at offset `end`.
    """
    for segment in sorted(loads, key=lambda one: one.offset):
        if segment.offset == end and segment.address - segment.offset == shift:
            end += segment.file_size
    last = next((one for one in loads if one.offset + one.file_size == end), None)
    cleared = last is None or last.memory_size != last.file_size
    return end if cleared else min(end + -end % PAGE_BYTES, source_bytes)


class ElfView:
    """An ELF file read by address, as it would lie in memory (relative to where it is loaded).

    Attributes:
        version_names: names of the symbol versions by their index, where somebody has read them.
    """

    __slots__ = ("layout", "source", "strings_end", "strings_offset", "version_names")

    def __init__(self, source: Source, layout: Layout, version_names: Mapping[int, str] | None = None) -> None:
        self.source = source
        self.layout = layout
        self.version_names: Mapping[int, str] = {} if version_names is None else version_names
        self.strings_offset, self.strings_end = 0, 0
        table = layout.values.get(Tag.STRTAB)
        if table is not None:
            self.strings_offset, end = self.run(table)
            end = run_on(layout.loads, source.size, table - self.strings_offset, end)
            # A loader never asks for DT_STRSZ when it reads a name; a file without one is read to the segment's end.
            size = layout.values.get(Tag.STRSZ)
            self.strings_end = end if size is None else min(end, self.strings_offset + size)

    def run(self, address: int) -> tuple[int, int]:
        """Where an address and what follows it come from: (offset in the file, end of the segment's bytes)."""
        return run_of(self.source, self.layout.loads, address)

    def bytes_at(self, address: int, size: int) -> bytes:
        """`size` bytes of memory at `address`, in one segment or in several without a gap."""
        offset, end = self.run(address)
        if offset + size > end and offset + size > run_on(self.layout.loads, self.source.size, address - offset, end):
            raise self.source.corrupt(f"a table of {size} bytes at address {address:#x} runs off its segment", offset)
        return self.source.bytes_at(offset, size)

    def string(self, index: int) -> str:
        """The text at `index` of the dynamic string table."""
        return self.source.text(self.strings_offset + index, self.strings_end)

    def strings(self, indexes: Sequence[int]) -> list[str]:
        """The texts at `indexes` of the dynamic string table."""
        return self.source.texts(indexes, self.strings_offset, self.strings_end)
