"""PE headers: what is in the image, and which part of the file each section comes from.

Source of names and offsets: Microsoft, "PE Format". What a loader makes of sections that lie oddly: Wine,
`map_image_into_view` (dlls/ntdll/unix/virtual.c). RVAs are addresses relative to the image's base.
"""

from __future__ import annotations

import struct
from typing import NamedTuple, TypeAlias

from wontload.binary.malformed import Defect, MalformedImage
from wontload.binary.source import Source

SIGNATURE_POINTER = struct.Struct("<I")
SIGNATURE_POINTER_OFFSET = 0x3C
# "COFF File Header", behind the signature. Kept: signature, machine, number of sections, size of the optional header,
# characteristics.
FILE_HEADER = struct.Struct("<4sHH12xHH")
# "Optional Header", up to the data directories. Kept: magic, major and minor linker version, image base, section
# alignment, major and minor subsystem version, size of headers, number of data directories.
OPTIONAL_HEADER_32 = struct.Struct("<HBB24xII12xHH8xI28xI")
OPTIONAL_HEADER_64 = struct.Struct("<HBB20xQI12xHH8xI44xI")
MAGIC_32, MAGIC_64 = 0x10B, 0x20B
DATA_DIRECTORY = struct.Struct("<II")  # RVA, size
# "Section Table". Kept: virtual size, virtual address, size of raw data, pointer to raw data.
SECTION_HEADER = struct.Struct("<8xIIII16x")
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


Fields: TypeAlias = "tuple[int, int, int, int]"  # of a `Section`, which costs seven times more to make


class Layout(NamedTuple):
    """The headers, as far as anything here asks.

    Attributes:
        directories: (RVA, size in bytes) by index; as many as the file has.
        sections: sorted by RVA; the headers are the first. Most are never looked at.
        starts: the RVAs of `sections`.
    """

    machine: int
    bits: int
    characteristics: int
    image_base: int
    size_of_headers: int
    subsystem_version: tuple[int, int]
    linker_version: tuple[int, int]
    directories: tuple[tuple[int, int], ...]
    sections: tuple[Fields, ...]
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
    _, *linker, base, alignment, major, minor, size_of_headers, count = source.unpack(header, optional)
    headers = source.bytes_at(section_table, section_count * SECTION_HEADER.size)
    sections = _sections(source, headers, alignment, size_of_headers)
    return Layout(
        machine=machine,
        bits=64 if magic == MAGIC_64 else 32,
        characteristics=characteristics,
        image_base=base,
        size_of_headers=size_of_headers,
        subsystem_version=(major, minor),
        linker_version=(linker[0], linker[1]),
        directories=_directories(source, optional + header.size, min(count, 16)),
        sections=sections,
        starts=tuple([section[0] for section in sections]),
    )


def _directories(source: Source, offset: int, count: int) -> tuple[tuple[int, int], ...]:
    source.need(offset, 8 * count, "headers")
    return tuple(DATA_DIRECTORY.iter_unpack(source.bytes_at(offset, 8 * count)))


def _sections(source: Source, headers: bytes, alignment: int, size_of_headers: int) -> tuple[Fields, ...]:
    """Where the parts of the image come from; all of them must be in the file.

    Windows refuses an image with a section whose raw data ends behind the file (error 193; believed, see
    docs/loaders.md). Wine forgives up to a sector. A signature or other data behind the last section may be missing.
    """
    table = list(SECTION_HEADER.iter_unpack(headers))
    promised = max([pointer + size for _, _, size, pointer in table if pointer and size], default=0)
    if promised > source.size:
        raise source.truncated(promised, "sections")
    if alignment < PAGE_BYTES:  # such an image is mapped in one piece: an RVA is the file's offset
        return ((0, source.size, source.size, 0),)
    page, sector = PAGE_BYTES, SECTOR
    sections = [
        (rva, rva + ((size if size < mapped else mapped) if pointer else 0), rva + mapped, pointer & -sector)
        for virtual_size, rva, size, pointer in table
        for mapped in (((virtual_size or size) + page - 1) & -page,)
    ]
    return tuple(sorted([(0, min(size_of_headers, source.size), size_of_headers, 0), *sections]))
