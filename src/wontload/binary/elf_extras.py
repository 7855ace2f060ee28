"""What an ELF file asks of the machine beyond its libraries: an instruction set level, and static TLS.

Sources: x86-64 psABI, "x86 Instruction Set Architecture" (program property); gABI, "Program Header", PT_TLS.
What cannot be read of a property is as if it were absent, as in loaders.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass

from wontload.binary.elf_layout import BYTE_ORDER, CLASS_BITS, EI_CLASS, EI_DATA, ELF_MAGIC, IDENT_BYTES, structs
from wontload.binary.malformed import Defect, MalformedImage
from wontload.binary.origin import File, reading
from wontload.binary.source import Source

PT_NOTE, PT_TLS = 4, 7
NOTE_HEADER_BYTES = 12
NT_GNU_PROPERTY_TYPE_0 = 5
GNU_PROPERTY_X86_ISA_1_NEEDED = 0xC0008002
LONGEST_NOTES_BYTES = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ElfExtras:
    """Attributes as in the file.

    Attributes:
        isa_level: the least x86-64 level that a CPU must have: 1 (baseline) to 4 (AVX-512); `None` where none is
            demanded. glibc 2.33 and newer refuse to load on less: "CPU ISA level is lower than required"
            (sysdeps/x86/dl-prop.h).
        tls_bytes: memory for each thread, in bytes.
    """

    isa_level: int | None = None
    tls_bytes: int = 0


def read_elf_extras(path: str | os.PathLike[str]) -> ElfExtras:
    """Read them from the ELF file at `path`. Raises `MalformedImage` for what is no sound ELF file."""
    return reading(File(os.fspath(path)), elf_extras)


def elf_extras(source: Source) -> ElfExtras:
    """The same of an open file."""
    if bytes(source.data[:4]) != ELF_MAGIC:
        raise MalformedImage(source.path, Defect.NOT_NATIVE, "it is no ELF file", 0, content="unknown")
    source.need(0, IDENT_BYTES, "ELF header")
    ident = source.bytes_at(0, IDENT_BYTES)
    bits, order = CLASS_BITS.get(ident[EI_CLASS]), BYTE_ORDER.get(ident[EI_DATA])
    if bits is None or order is None:
        raise source.corrupt(f"its class {ident[EI_CLASS]} or byte order {ident[EI_DATA]} does not exist", EI_CLASS)
    known = structs(bits, order)
    source.need(IDENT_BYTES, known.header.size, "ELF header")
    _, _, offset, entry_size, count = source.unpack(known.header, IDENT_BYTES)
    if count and entry_size != known.segment.size:
        raise source.corrupt(f"its program headers have {entry_size} bytes each, not {known.segment.size}", IDENT_BYTES)
    source.need(offset, count * known.segment.size, "program headers")
    level, tls = 0, 0
    for segment in known.segment.iter_unpack(source.bytes_at(offset, count * known.segment.size)):
        # p_offset, p_filesz and p_memsz; p_flags stands before p_offset with 64 bits and behind p_memsz with 32.
        kind = segment[0]
        start, size, memory = (segment[2], segment[5], segment[6]) if bits == 64 else (segment[1], *segment[4:6])
        if kind == PT_TLS:
            tls = memory
        elif kind == PT_NOTE and start + size <= source.size:
            level |= isa_bits(source.bytes_at(start, min(size, LONGEST_NOTES_BYTES)), bits, order)
    return ElfExtras(isa_level=min(level.bit_length(), 4) or None, tls_bytes=tls)


def isa_bits(notes: bytes, bits: int, order: str) -> int:
    """The levels that a note segment demands, a bit each: 1 for the baseline, 2 for x86-64-v2 and so on."""
    head, pair, align, at = struct.Struct(order + "III"), struct.Struct(order + "II"), bits // 8, 0
    while at + NOTE_HEADER_BYTES + 4 <= len(notes):
        name_size, size, kind = head.unpack_from(notes, at)
        name, content = notes[at + NOTE_HEADER_BYTES :][:4], at + NOTE_HEADER_BYTES + (name_size + 3 & -4)
        if (kind, name) == (NT_GNU_PROPERTY_TYPE_0, b"GNU\0"):
            position, end = content, min(content + size, len(notes))
            while position + pair.size + 4 <= end:
                property_type, length = pair.unpack_from(notes, position)
                if property_type == GNU_PROPERTY_X86_ISA_1_NEEDED and length == 4:
                    return int.from_bytes(notes[position + 8 : position + 12], "little")
                position += pair.size + (length + align - 1 & -align)
            at = content + (size + align - 1 & -align)
        else:
            at = content + (size + 3 & -4)
    return 0
