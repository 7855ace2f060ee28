"""Where native files keep GPU code: sections by name, or the whole file.

Names: nvcc and Clang (lib/CodeGen/CGCUDANV.cpp). PE cuts them after eight characters. Unlike loaders, which never look
at section headers, this must: nothing else leads to the code. An ELF file whose section headers were stripped is
searched from end to end.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from wontload.binary import macho_layout
from wontload.binary.elf_layout import BYTE_ORDER, CLASS_BITS, EI_CLASS, EI_DATA
from wontload.binary.pe_layout import FILE_HEADER, SIGNATURE_POINTER, SIGNATURE_POINTER_OFFSET
from wontload.binary.source import Source

CUDA_SECTIONS = (".nv_fatbin", "__nv_relfatbin", "__nv_fatbin")
AMD_SECTIONS = (".hip_fatbin", "__hip_fatbin")
# PE section header: name, virtual size, (virtual address), size and place of the raw data.
PE_SECTION_HEADER = struct.Struct("<8sI4xII16x")
# Behind an ELF header's first 16 bytes: machine, section headers' offset, flags, and of section headers size, number
# and which one holds the names.
ELF_HEADER = {32: "2xH12xIIHxx2xHHH", 64: "2xH4x16xQIHxx2xHHH"}
# sh_name, sh_type, sh_offset, sh_size, sh_link
ELF_SECTION = {32: "II8xIII12x", 64: "II16xQQI20x"}
SHT_NOBITS = 8
SHN_XINDEX = 0xFFFF
# Sections that are named like this and lie anywhere: more of them than any linker makes.
MOST_SECTIONS = 1 << 17
NAME_BYTES = 32


class Part(NamedTuple):
    """A part of the file that holds GPU code. `section` is its name in full."""

    section: str
    offset: int
    size: int


class ElfHeader(NamedTuple):
    """What of an ELF header says which code it is, and where its section headers are."""

    bits: int
    order: str
    os_abi: int
    abi_version: int
    machine: int
    sections_offset: int
    flags: int
    entry_size: int
    section_count: int
    names: int


def _known(name: str) -> str | None:
    """The full name of a section that holds GPU code, which PE may have cut."""
    return next((full for full in CUDA_SECTIONS + AMD_SECTIONS if name in (full, full[:8])), None)


def pe_parts(source: Source) -> Iterator[Part]:
    """The parts of a PE file. Raises `MalformedImage`."""
    source.need(SIGNATURE_POINTER_OFFSET, SIGNATURE_POINTER.size, "headers")
    (start,) = source.unpack(SIGNATURE_POINTER, SIGNATURE_POINTER_OFFSET)
    source.need(start, FILE_HEADER.size, "headers")
    signature, _, count, optional_size, _ = source.unpack(FILE_HEADER, start)
    if signature != b"PE\0\0":
        return
    table = start + FILE_HEADER.size + optional_size
    source.need(table, count * PE_SECTION_HEADER.size, "headers")
    headers = source.bytes_at(table, count * PE_SECTION_HEADER.size)
    for name, virtual_size, size, offset in PE_SECTION_HEADER.iter_unpack(headers):
        full = _known(name.rstrip(b"\0").decode("latin-1"))
        if full:
            size = min(size, virtual_size or size)
            source.need(offset, size, "sections")
            yield Part(full, offset, size)


def read_elf_header(source: Source) -> ElfHeader:
    """The header of an ELF file. Raises `MalformedImage`."""
    source.need(0, 16, "ELF header")
    ident = source.bytes_at(0, 16)
    bits, order = CLASS_BITS.get(ident[EI_CLASS]), BYTE_ORDER.get(ident[EI_DATA])
    if bits is None or order is None:
        raise source.corrupt(f"its class {ident[EI_CLASS]} or byte order {ident[EI_DATA]} does not exist", EI_CLASS)
    layout = struct.Struct(order + ELF_HEADER[bits])
    source.need(16, layout.size, "ELF header")
    machine, offset, flags, _, entry_size, count, names = source.unpack(layout, 16)
    return ElfHeader(bits, order, ident[7], ident[8], machine, offset, flags, entry_size, count, names)


def elf_parts(source: Source, header: ElfHeader) -> Iterator[Part]:
    """The parts of an ELF file; the whole of one without section headers. Raises `MalformedImage`."""
    layout = struct.Struct(header.order + ELF_SECTION[header.bits])
    count, names = header.section_count, header.names
    is_there = header.sections_offset and header.sections_offset + layout.size <= source.size
    if is_there and (not count or names == SHN_XINDEX):  # too many for their fields: gABI, "ELF Header"
        _, _, _, first_size, first_link = source.unpack(layout, header.sections_offset)
        count, names = count or first_size, first_link if names == SHN_XINDEX else names
    size = count * layout.size
    if not is_there or header.entry_size != layout.size or header.sections_offset + size > source.size or not count:
        yield Part("", 0, source.size)
        return
    if count > MOST_SECTIONS or names >= count:
        raise source.corrupt(f"it has {count} sections, named in the {names}th", header.sections_offset)
    sections = list(layout.iter_unpack(source.bytes_at(header.sections_offset, size)))
    name_offset, name_end = sections[names][2], sections[names][2] + sections[names][3]
    source.need(name_offset, name_end - name_offset, "sections")
    for name, kind, offset, size, _ in sections:
        start = name_offset + name
        text = bytes(source.data[start : min(start + NAME_BYTES, name_end)]).partition(b"\0")[0]
        full = _known(text.decode("latin-1")) if kind != SHT_NOBITS else None
        if full:
            source.need(offset, size, "sections")
            yield Part(full, offset, size)


def macho_parts(source: Source) -> Iterator[Part]:
    """The parts of all slices of a Mach-O file. Raises `MalformedImage`."""
    slices = macho_layout.read_slices(source)
    if slices is None:
        return
    for one in slices or (macho_layout.Slice("", 0, source.size),):
        layout = macho_layout.read_layout(source, one)
        # Segment commands end in the number of sections and flags. Of a section: name, segment's name, size, offset.
        for kind, head, section in (
            (macho_layout.Command.SEGMENT, 56, "16s16x4xII24x"),
            (macho_layout.Command.SEGMENT_64, 72, "16s16x8xQI28x"),
        ):
            fields = struct.Struct(layout.order + section)
            for content in layout.of(kind):
                whole = len(content) - head - (len(content) - head) % fields.size
                for name, size, offset in fields.iter_unpack(content[head : head + max(whole, 0)]):
                    full = _known(name.rstrip(b"\0").decode("latin-1"))
                    if full:
                        source.need(one.offset + offset, size, "sections")
                        yield Part(full, one.offset + offset, size)
