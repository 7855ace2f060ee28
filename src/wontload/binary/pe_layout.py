"""PE headers: what is in the image, and which part of the file each section comes from.

Source of names and offsets: Microsoft, "PE Format". What a loader makes of sections that lie oddly: Wine,
`map_image_into_view` (dlls/ntdll/unix/virtual.c). RVAs are addresses relative to the image's base.
"""

from __future__ import annotations

import struct
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from wontload.binary.malformed import Defect, MalformedImage
from wontload.binary.source import Source

SIGNATURE_POINTER = struct.Struct("<I")
SIGNATURE_POINTER_OFFSET = 0x3C
SIGNATURE = b"PE\0\0"
# All headers from the signature on in nearly every file, so that one piece is read: 19 sections find place in it.
HEADERS_BYTES = 1024
MOST_DIRECTORIES = 16
# "COFF File Header", behind the signature. Kept: signature, machine, number of sections, size of the optional header,
# characteristics.
FILE_HEADER = struct.Struct("<4sHH12xHH")
# "Optional Header", up to the data directories. Kept: magic, major and minor linker version, image base, section
# alignment, major and minor subsystem version, size of image, size of headers, number of data directories.
OPTIONAL_HEADER_32 = struct.Struct("<HBB24xII12xHH4xII28xI")
OPTIONAL_HEADER_64 = struct.Struct("<HBB20xQI12xHH4xII44xI")
MAGIC_32, MAGIC_64 = 0x10B, 0x20B
# By "Machine Types": the optional header that goes with it (PE32 is for 32 bits, PE32+ for 64).
MAGIC_OF = {0x14C: MAGIC_32, 0x1C0: MAGIC_32, 0x1C4: MAGIC_32, 0x8664: MAGIC_64, 0xAA64: MAGIC_64}
DATA_DIRECTORY = struct.Struct("<II")  # RVA, size
# "Section Table". Kept: virtual size, virtual address, size of raw data, pointer to raw data.
SECTION_HEADER = struct.Struct("<8xIIII16x")
CHARACTERISTICS_OFFSET = 36  # in a section header
IMAGE_SCN_MEM_EXECUTE = 0x20000000  # "Section Flags"
ENTRY_POINT_OFFSET = 16  # in the optional header, in PE32 and PE32+
PAGE_BYTES = 0x1000
SECTOR = 0x200  # bytes


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


Row: TypeAlias = "tuple[int, int, int, int]"  # of the section table: virtual size, RVA, size of raw data, pointer to it


class Layout(NamedTuple):
    """The headers, as far as anything here asks.

    Attributes:
        directories: (RVA, size in bytes) by index; as many as the file has.
        first: the headers, or the whole of an image that is mapped in one piece.
        rows: the section table, sorted by RVA. A file has twenty sections, of which three are ever looked at, so that
            what loaders make of a row waits until then: that is a tenth of the time that a file takes.
        starts: the RVAs of `first` and of each of `rows`.
        entry_defect: why nothing can run at the entry point; empty where something can, or there is none.
    """

    machine: int
    bits: int
    characteristics: int
    image_base: int
    size_of_headers: int
    subsystem_version: tuple[int, int]
    linker_version: tuple[int, int]
    directories: tuple[tuple[int, int], ...]
    first: Section
    rows: tuple[Row, ...]
    starts: tuple[int, ...]
    entry_defect: str

    def section(self, index: int) -> Section:
        """The part of the image that begins at `starts[index]`."""
        if not index:
            return self.first
        virtual_size, rva, size, pointer = self.rows[index - 1]
        mapped = _whole_pages(virtual_size or size)
        return Section(rva, rva + (min(size, mapped) if pointer else 0), rva + mapped, pointer & -SECTOR)

    @property
    def sections(self) -> tuple[Section, ...]:
        """All of them."""
        return tuple(map(self.section, range(len(self.starts))))


def read_layout(source: Source) -> Layout:
    """Read the headers. Raises `MalformedImage`, `TRUNCATED` when the file ends before its sections do."""
    start, headers = _headers(source)
    _, machine, section_count, optional_size, characteristics = FILE_HEADER.unpack_from(headers)
    optional = FILE_HEADER.size  # counted from the signature, as what follows
    magic = int.from_bytes(headers[optional : optional + 2], "little")
    if magic not in (MAGIC_32, MAGIC_64):
        what = f"its optional header has the unknown magic {magic:#x}"
        raise source.corrupt(what, start + optional, "optional header")
    if magic != MAGIC_OF.get(machine, magic):
        what = f"its machine type {machine:#x} and its optional header's magic {magic:#x} do not go together"
        raise source.corrupt(what, start + optional, "optional header")
    header = OPTIONAL_HEADER_64 if magic == MAGIC_64 else OPTIONAL_HEADER_32
    table, table_end = optional + optional_size, optional + optional_size + section_count * SECTION_HEADER.size
    source.need(start + optional, header.size, "headers")
    source.need(start + table, table_end - table, "headers")
    if table_end > len(headers):
        headers = source.bytes_at(start, table_end)
    _, *linker, base, alignment, major, minor, size, size_of_headers, count = header.unpack_from(headers, optional)
    if not size:
        raise source.corrupt("its headers say that it takes no room in memory", start + optional, "optional header")
    rows = _rows(source, headers[table:table_end])
    first, entry_defect = Section(0, min(size_of_headers, source.size), size_of_headers, 0), ""
    if alignment % PAGE_BYTES:  # such an image is mapped in one piece: an RVA is the file's offset
        first, rows = Section(0, source.size, source.size, 0), ()
    elif any(row[1] % PAGE_BYTES for row in rows):
        raise source.corrupt("a section of it begins within a page of memory", start + table, "optional header")
    elif rows and _whole_pages(_end(rows)) > _whole_pages(size):
        what = f"its sections reach to {_end(rows):#x} and its headers say that it ends at {size:#x} in memory"
        raise source.corrupt(what, start + optional, "optional header")
    else:
        entry = int.from_bytes(headers[optional + ENTRY_POINT_OFFSET : optional + ENTRY_POINT_OFFSET + 4], "little")
        entry_defect = _entry_defect(entry, headers[table:table_end])
    directories = optional + header.size
    directories_end = directories + min(count, MOST_DIRECTORIES) * DATA_DIRECTORY.size
    source.need(start + directories, directories_end - directories, "headers")
    return Layout(
        machine=machine,
        bits=64 if magic == MAGIC_64 else 32,
        characteristics=characteristics,
        image_base=base,
        size_of_headers=size_of_headers,
        subsystem_version=(major, minor),
        linker_version=(linker[0], linker[1]),
        directories=tuple(DATA_DIRECTORY.iter_unpack(headers[directories:directories_end])),
        first=first,
        rows=rows,
        starts=(0, *[row[1] for row in rows]),
        entry_defect=entry_defect,
    )


def _entry_defect(entry: int, table: bytes) -> str:
    """`Layout.entry_defect`, by the section table. Memory that may not be executed raises an exception (DEP)."""
    if not entry:
        return ""
    for at in range(0, len(table), SECTION_HEADER.size):
        virtual_size, rva, size, pointer = SECTION_HEADER.unpack_from(table, at)
        if rva <= entry < rva + _whole_pages(virtual_size or size):
            flags = int.from_bytes(table[at + CHARACTERISTICS_OFFSET : at + CHARACTERISTICS_OFFSET + 4], "little")
            if not flags & IMAGE_SCN_MEM_EXECUTE:
                return "its entry point lies in a section that may not be executed"
            has_code = pointer and entry < rva + size
            return "" if has_code else "its entry point lies where the file has no bytes"
    return "its entry point lies in none of its sections"


def _whole_pages(size: int) -> int:
    return size + PAGE_BYTES - 1 & -PAGE_BYTES


def _end(rows: tuple[Row, ...]) -> int:
    """Where the last section ends in memory.

    Wine refuses an image that says it is smaller (`map_image_into_view`); Windows too, it is believed: "PE Format" has
    SizeOfImage hold all of them.
    """
    return max([rva + (virtual_size or size) for virtual_size, rva, size, _ in rows])


def _headers(source: Source) -> tuple[int, bytes]:
    """Where the signature stands, and `HEADERS_BYTES` from there on, as far as the file has them."""
    source.need(SIGNATURE_POINTER_OFFSET, SIGNATURE_POINTER.size, "headers")
    (start,) = source.unpack(SIGNATURE_POINTER, SIGNATURE_POINTER_OFFSET)
    source.need(start, FILE_HEADER.size + 2, "headers")
    headers = source.upto(start, HEADERS_BYTES)
    if not headers.startswith(SIGNATURE):
        what = "it is a DOS or 16-bit Windows program"
        raise MalformedImage(source.path, Defect.NOT_NATIVE, what, start, content="16-bit program")
    return start, headers


def _rows(source: Source, table: bytes) -> tuple[Row, ...]:
    """The section table, sorted; what it promises must be in the file.

    Windows refuses an image with a section whose raw data ends behind the file (error 193; believed, see
    docs/loaders.md). Wine forgives up to a sector (`MalformedImage.read_completed`). A signature or other data behind
    the last section may be missing.
    """
    rows = [*SECTION_HEADER.iter_unpack(table)]
    promised = max([pointer + size for _, _, size, pointer in rows if pointer and size], default=0)
    if promised > source.size:
        raise source.truncated(promised, "sections")
    rows.sort(key=itemgetter(1))
    return tuple(rows)
