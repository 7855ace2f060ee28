"""An ELF file (32 or 64 bits, either byte order) as an `Image`."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from wontload.binary.elf_extras import isa_bits
from wontload.binary.elf_layout import PAGE_BYTES, ElfView, Layout, Segment, SegmentHeader, Tag, read_layout
from wontload.binary.elf_lookup import HashedExports
from wontload.binary.elf_relocations import read_bindings, read_relocations
from wontload.binary.elf_symbols import read_exports, read_plain_names, read_undefined
from wontload.binary.elf_versions import read_versions
from wontload.binary.entries import Import
from wontload.binary.image import Format, Image, LoadDefect, new_image
from wontload.binary.malformed import MalformedImage
from wontload.binary.origin import Buffer, Origin, later
from wontload.binary.source import Source, decode

__all__ = ["parse_cut_elf", "parse_elf"]

T = TypeVar("T")
ET_DYN = 3
PF_X = 1
DF_BIND_NOW, DF_STATIC_TLS = 0x8, 0x10  # gABI, "Dynamic Section", DT_FLAGS
DF_1_NOW = 0x1
NT_GNU_ABI_TAG = 1
X86_MACHINES = (3, 62)
LONGEST_NOTES_BYTES = 1 << 16
MOST_COMPLETED_BYTES = 16 << 20  # of a file that was cut, which is then held in memory
# What makes a loader write into data, or call what it finds there.
WRITES = frozenset({Tag.RELA, Tag.REL, Tag.RELR, Tag.JMPREL, Tag.INIT, Tag.INIT_ARRAY})
# gABI, e_machine (elf.h): by number, and by number and bits or byte order where that makes two.
ARCHITECTURE = {
    (3, 32, False): "x86",
    (62, 64, False): "x86_64",
    (62, 32, False): "x32",
    (40, 32, False): "arm",
    (183, 64, False): "aarch64",
    (243, 64, False): "riscv64",
    (243, 32, False): "riscv32",
    (21, 64, False): "ppc64le",
    (21, 64, True): "ppc64",
    (20, 32, True): "ppc",
    (22, 64, True): "s390x",
    (22, 32, True): "s390",
    (258, 64, False): "loongarch64",
    (8, 32, True): "mips",
    (8, 32, False): "mipsel",
    (8, 64, True): "mips64",
    (8, 64, False): "mips64el",
}


def parse_elf(source: Source, origin: Origin, known_as: tuple[int, str] | None = None) -> Image:
    """Parse the headers, the dynamic section and the versions now; symbols when they are asked for.

    `known_as`: as in `read_layout`.
    """
    layout = read_layout(source, known_as)
    view = ElfView(source, layout)
    versions = read_versions(view)
    kernel, isa_needed = _notes(view)
    tls = next(iter(_segments(layout, Segment.TLS)), None)
    hashed = Tag.GNU_HASH in layout.values and Tag.SYMTAB in layout.values

    def on_demand(read: Callable[[ElfView], T]) -> Callable[[], T]:
        return later(origin, lambda source: read(ElfView(source, layout, versions.names)))

    return new_image(
        format=Format.ELF,
        architecture=ARCHITECTURE.get((layout.machine, layout.bits, layout.big_endian)) or f"{layout.machine:#x}",
        bits=layout.bits,
        big_endian=layout.big_endian,
        size_bytes=source.size,
        is_library=layout.elf_type == ET_DYN,
        needed=tuple(Import(view.string(value)) for tag, value in layout.dynamic if tag == Tag.NEEDED),
        filters=_names(view, Tag.FILTER),
        auxiliaries=_names(view, Tag.AUXILIARY),
        soname=_string(view, Tag.SONAME),
        rpath=_directories(view, Tag.RPATH),
        runpath=_directories(view, Tag.RUNPATH),
        flags_1=_flags_1(layout),
        interpreter=_interpreter(view),
        os_abi=layout.os_abi,
        elf_type=layout.elf_type,
        is_dynamic=bool(layout.dynamic),
        load_defect=_load_defect(layout),
        header=bytes(source.data[:64]),
        versions_needed=versions.needed,
        versions_defined=versions.defined,
        executable_stack=_executable_stack(layout),
        packed_relocations=Tag.RELR in layout.values,
        minimum_os=kernel,
        isa_needed=isa_needed,
        tls_alignment=tls.alignment if tls else 0,
        tls_offset=tls.address % tls.alignment if tls and tls.alignment else 0,
        static_tls=bool(layout.values.get(Tag.FLAGS, 0) & DF_STATIC_TLS),
        tls_bytes=max((one.memory_size for one in _segments(layout, Segment.TLS)), default=0),
        read_exports=on_demand(read_exports),
        read_undefined=on_demand(read_undefined),
        read_bindings=on_demand(read_bindings),
        read_relocations=on_demand(read_relocations),
        read_plain_names=on_demand(read_plain_names),
        read_export_index=on_demand(partial(HashedExports, origin, layout, versions.names)) if hashed else None,
    )


def parse_cut_elf(source: Source, cut: MalformedImage) -> Image:
    """Parse a file that ends before its segments do, where no loader would notice.

    The rest of the last page reads as zeros: mmap(2), "the remaining bytes in the partial page at the end of the
    mapping are zeroed". What lies in pages behind that cannot be touched. Raises `cut`,
    and `MalformedImage` for other reasons.

    Args:
        source: the file. cut: what was said of it.
    """
    promised = cut.promised_bytes
    mapped = source.size + -source.size % PAGE_BYTES
    end = max(promised, mapped)
    if end > MOST_COMPLETED_BYTES:
        raise cut
    whole = Buffer(bytes(source.data[:]) + bytes(end - source.size), source.path)
    complete = whole.open()
    layout = read_layout(complete)
    if promised > mapped and _touches(layout, mapped):
        raise cut
    if Tag.STRTAB not in layout.values:
        cut.part = "dynamic section"
        raise cut
    return replace(parse_elf(complete, whole), size_bytes=source.size)


def _touches(layout: Layout, mapped: int) -> bool:
    """Whether a loader reads or writes behind this offset: the dynamic section, what it clears, what is relocated."""
    cleared = (one.offset + one.file_size for one in layout.loads if one.memory_size > one.file_size)
    if any(at % PAGE_BYTES and at >= mapped for at in cleared):
        return True
    dynamic = _segments(layout, Segment.DYNAMIC)
    return not dynamic or dynamic[-1].offset >= mapped or not layout.values.keys().isdisjoint(WRITES)


def _string(view: ElfView, tag: int) -> str | None:
    index = view.layout.values.get(tag)
    return None if index is None else view.string(index)


def _names(view: ElfView, tag: int) -> tuple[str, ...]:
    """What every entry of a tag names, in file order."""
    if tag not in view.layout.values:
        return ()
    return tuple(view.string(value) for one, value in view.layout.dynamic if one == tag)


def _directories(view: ElfView, tag: int) -> tuple[str, ...] | None:
    found = _string(view, tag)
    return None if found is None else tuple(found.split(":"))


def _segments(layout: Layout, kind: int) -> list[SegmentHeader]:
    return [segment for segment in layout.segments if segment.kind == kind]


def _flags_1(layout: Layout) -> int:
    now = layout.values.get(Tag.FLAGS, 0) & DF_BIND_NOW
    return layout.values.get(Tag.FLAGS_1, 0) | (DF_1_NOW if now else 0)


def _load_defect(layout: Layout) -> LoadDefect | None:
    loads = _segments(layout, Segment.LOAD)
    if any((one.address - one.offset) % PAGE_BYTES for one in loads):
        return LoadDefect.OFFSET
    return None if loads else LoadDefect.NONE_AT_ALL


def _interpreter(view: ElfView) -> str | None:
    for segment in _segments(view.layout, Segment.INTERP):
        path = view.source.bytes_at(segment.offset, min(segment.file_size, LONGEST_NOTES_BYTES))
        return decode(path.partition(b"\0")[0])
    return None


def _executable_stack(layout: Layout) -> bool | None:
    found = _segments(layout, Segment.GNU_STACK)
    return bool(found[-1].flags & PF_X) if found else None


def _notes(view: ElfView) -> tuple[tuple[int, ...] | None, int]:
    """The oldest kernel that the ABI note asks for (LSB, "Note Sections"), and `Image.isa_needed`.

    A broken note is none, as in loaders.
    """
    order, is_x86 = view.layout.structs.order, view.layout.machine in X86_MACHINES
    kernel: tuple[int, ...] | None = None
    isa_needed = 0
    for segment in _segments(view.layout, Segment.NOTE):
        try:
            notes = view.source.bytes_at(segment.offset, min(segment.file_size, LONGEST_NOTES_BYTES))
        except MalformedImage:
            continue
        if is_x86:
            isa_needed |= isa_bits(notes, view.layout.bits, order)
        at = 0
        while at + 12 <= len(notes):
            name_size, size, kind = struct.unpack_from(order + "III", notes, at)
            content = at + 12 + (name_size + 3 & -4)
            if (kind, notes[at + 12 : at + 16], size) == (NT_GNU_ABI_TAG, b"GNU\0", 16) and content + 16 <= len(notes):
                kernel = kernel or struct.unpack_from(order + "4xIII", notes, content)
                break
            at = content + (size + 3 & -4)
    return kernel, isa_needed
