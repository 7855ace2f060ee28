"""Mach-O headers, fat files and load commands.

Source of names and numbers: Apple, mach-o/loader.h, mach-o/fat.h, mach/machine.h.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from wontload.binary.source import Source, decode

# Magic as it stands in the file: (bits, byte order) of a thin file; of a fat one the struct of its entries.
THIN_MAGIC = {
    b"\xce\xfa\xed\xfe": (32, "<"),
    b"\xcf\xfa\xed\xfe": (64, "<"),
    b"\xfe\xed\xfa\xce": (32, ">"),
    b"\xfe\xed\xfa\xcf": (64, ">"),
}
# fat_arch and fat_arch_64: CPU type, CPU subtype, offset, size (and alignment).
FAT_MAGIC = {b"\xca\xfe\xba\xbe": struct.Struct(">IIII4x"), b"\xca\xfe\xba\xbf": struct.Struct(">IIQQ8x")}
MACHO_MAGICS = frozenset((*THIN_MAGIC, *FAT_MAGIC))
FAT_HEADER = struct.Struct(">4xI")
# Java class files share the fat magic; there the count's place holds a version, 45 or more.
MOST_SLICES = 30
MOST_COMMANDS_BYTES = 16 << 20

ARCHITECTURE = {
    7: "x86",
    0x01000007: "x86_64",
    12: "arm",
    0x0100000C: "aarch64",
    0x0200000C: "arm64_32",
    18: "ppc",
    0x01000012: "ppc64",
}
CPU_TYPE_ARM64, CPU_SUBTYPE_ARM64E, SUBTYPE_MASK = 0x0100000C, 2, 0x00FFFFFF


class Command(IntEnum):
    """LC_*, as far as anything here asks."""

    SEGMENT = 0x1
    SYMTAB = 0x2
    DYSYMTAB = 0xB
    LOAD_DYLIB = 0xC
    ID_DYLIB = 0xD
    LOAD_WEAK_DYLIB = 0x80000018
    SEGMENT_64 = 0x19
    UUID = 0x1B
    RPATH = 0x8000001C
    REEXPORT_DYLIB = 0x8000001F
    LAZY_LOAD_DYLIB = 0x20
    DYLD_INFO = 0x22
    DYLD_INFO_ONLY = 0x80000022
    LOAD_UPWARD_DYLIB = 0x80000023
    VERSION_MIN_MACOSX = 0x24
    VERSION_MIN_IPHONEOS = 0x25
    VERSION_MIN_TVOS = 0x2F
    VERSION_MIN_WATCHOS = 0x30
    BUILD_VERSION = 0x32
    DYLD_CHAINED_FIXUPS = 0x80000034


@dataclass(frozen=True, slots=True)
class Slice:
    """One architecture's image in a file: the whole of a thin one. Offset and size in bytes."""

    architecture: str
    offset: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The header and the load commands of one slice.

    Attributes:
        commands: (LC_* number, the command's bytes), in file order.
    """

    slice: Slice
    order: str
    bits: int
    file_type: int
    flags: int
    commands: tuple[tuple[int, bytes], ...]

    def of(self, *kinds: Command) -> Iterator[bytes]:
        """The bytes of the commands of some kinds, in file order."""
        return (content for kind, content in self.commands if kind in kinds)

    def numbers(self, content: bytes, count: int) -> tuple[int, ...]:
        """The first `count` 32-bit fields behind a command's number and size."""
        return struct.unpack_from(f"{self.order}8x{count}I", content.ljust(8 + 4 * count, b"\0"))

    def text(self, content: bytes) -> str:
        """The text that the first field of a command leads to (union lc_str)."""
        (offset,) = self.numbers(content, 1)
        return decode(content[offset:].partition(b"\0")[0])


def architecture(cpu_type: int, cpu_subtype: int) -> str:
    """What the code is for, in the spelling of `Image.architecture`."""
    if (cpu_type, cpu_subtype & SUBTYPE_MASK) == (CPU_TYPE_ARM64, CPU_SUBTYPE_ARM64E):
        return "arm64e"
    return ARCHITECTURE.get(cpu_type) or f"{cpu_type:#x}"


def read_slices(source: Source) -> tuple[Slice, ...] | None:
    """The slices of a fat file, in file order; empty for a thin one, `None` for what is no Mach-O file after all."""
    entry = FAT_MAGIC.get(bytes(source.data[:4]))
    if entry is None:
        return ()
    source.need(0, FAT_HEADER.size, "headers")
    (count,) = source.unpack(FAT_HEADER, 0)
    if count > MOST_SLICES:
        return None
    source.need(FAT_HEADER.size, count * entry.size, "headers")
    entries = entry.iter_unpack(source.bytes_at(FAT_HEADER.size, count * entry.size))
    slices = tuple(Slice(architecture(cpu, subtype), offset, size) for cpu, subtype, offset, size in entries)
    if not slices:
        raise source.corrupt("it is a fat Mach-O file without slices", 0)
    promised = max(one.offset + one.size for one in slices)
    if promised > source.size:
        raise source.truncated(promised, "slices")
    return slices


def read_layout(source: Source, chosen: Slice) -> Layout:
    """Read the header and the load commands of one slice. Raises `MalformedImage`."""
    source.need(chosen.offset, 4, "headers")
    magic = source.bytes_at(chosen.offset, 4)
    if magic not in THIN_MAGIC:
        raise source.corrupt("a slice is no Mach-O image", chosen.offset)
    bits, order = THIN_MAGIC[magic]
    # cputype, cpusubtype, filetype, ncmds, sizeofcmds, flags (and four reserved bytes with 64 bits)
    header = struct.Struct(f"{order}4xIIIIII{'4x' if bits == 64 else ''}")
    source.need(chosen.offset, header.size, "headers")
    cpu, subtype, file_type, count, size, flags = source.unpack(header, chosen.offset)
    source.need(chosen.offset + header.size, size, "headers")
    if size > MOST_COMMANDS_BYTES:
        raise source.corrupt(f"its load commands take {size} bytes", chosen.offset)
    blob = source.bytes_at(chosen.offset + header.size, size)
    layout = Layout(
        slice=Slice(architecture(cpu, subtype), chosen.offset, chosen.size),
        order=order,
        bits=bits,
        file_type=file_type,
        flags=flags,
        commands=tuple(_commands(source, blob, order, count)),
    )
    _check_segments(source, layout)
    return layout


def _commands(source: Source, blob: bytes, order: str, count: int) -> Iterator[tuple[int, bytes]]:
    head = struct.Struct(f"{order}II")
    at = 0
    for _ in range(count):
        if at + head.size > len(blob):
            raise source.corrupt("its load commands run off their table")
        kind, size = head.unpack_from(blob, at)
        if size < head.size or at + size > len(blob):
            raise source.corrupt(f"a load command of {size} bytes runs off its table")
        yield kind, blob[at : at + size]
        at += size


def _check_segments(source: Source, layout: Layout) -> None:
    """No loader takes an image with a segment that reaches behind the file's end (dyld, `MachOFile::validSegments`)."""
    # Behind cmd, cmdsize and a name of 16 bytes: vmaddr, vmsize, fileoff, filesize
    for kind, code in ((Command.SEGMENT, "IIII"), (Command.SEGMENT_64, "QQQQ")):
        fields = struct.Struct(f"{layout.order}24x{code}")
        for content in layout.of(kind):
            if len(content) < fields.size:
                raise source.corrupt("a segment's load command is too short")
            _, _, offset, size = fields.unpack_from(content)
            if offset + size > layout.slice.size:
                raise source.truncated(layout.slice.offset + offset + size, "segments")
