"""Native files that hold GPU code, made on the spot: sections of any name in ELF, PE and Mach-O; fatbins; bundles."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent / "binary" / "fixtures" / "gpu"
FATBIN_ENTRY = struct.Struct("<HHIQIIHHIIIQQQ")
ALIGNMENT = 4096
Sections = dict[str, bytes]


def fixture(name: str) -> bytes:
    """One of the files that nvcc made."""
    return (FIXTURES / name).read_bytes()


def elf_with(sections: Sections, *, bits: int = 64, order: str = "<", headers: bool = True) -> bytes:
    """An ELF file of these sections, or with the same content and no section headers."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name in [*sections, ".shstrtab"])
    content = bytearray(ALIGNMENT)
    table, at = bytes(64 if bits == 64 else 40), 1
    layout = struct.Struct(order + ("IIQQQQIIQQ" if bits == 64 else "IIIIIIIIII"))
    for name, data in [*sections.items(), (".shstrtab", names)]:
        table += layout.pack(at, 1, 0, 0, len(content), len(data), 0, 0, 8, 0)
        content += data + bytes(-len(data) % ALIGNMENT)
        at += len(name) + 1
    word = "Q" if bits == 64 else "I"
    header = struct.pack(
        order + f"HHI{word}{word}{word}IHHHHHH",
        *(3, 62, 1, 0, 0, len(content) if headers else 0, 0, 64, 56, 0),
        *((layout.size, len(sections) + 2, len(sections) + 1) if headers else (0, 0, 0)),
    )
    ident = b"\x7fELF" + bytes((bits // 32, 1 if order == "<" else 2, 1)) + bytes(9)
    content[: 16 + len(header)] = ident + header
    return bytes(content) + (table if headers else b"")


def bare_elf(machine: int, flags: int, abi_version: int, os_abi: int) -> bytes:
    """The header of a cubin or of a code object."""
    ident = b"\x7fELF\x02\x01\x01" + bytes((os_abi, abi_version)) + bytes(7)
    return ident + struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, 0, 0, 0, flags, 64, 56, 0, 64, 0, 0)


def pe_with(sections: Sections) -> bytes:
    """A PE file of these sections, whose names are cut after eight characters."""
    start = 64
    content = bytearray(ALIGNMENT)
    table = b""
    for name, data in sections.items():
        raw = len(data) + -len(data) % 512
        table += struct.pack("<8sIIII16x", name.encode()[:8], len(data), 0x10000, raw, len(content))
        content += data + bytes(raw - len(data))
    header = struct.pack("<4sHH12xHH", b"PE\0\0", 0x8664, len(sections), 240, 0x2022) + struct.pack("<H238x", 0x20B)
    content[:2], content[0x3C:0x40] = b"MZ", struct.pack("<I", start)
    content[start : start + len(header) + len(table)] = header + table
    return bytes(content)


def macho_with(sections: Sections, *, bits: int = 64) -> bytes:
    """A Mach-O file with one segment of these sections."""
    content = bytearray(ALIGNMENT)
    layout = struct.Struct("<16s16sQQI28x" if bits == 64 else "<16s16sIII24x")
    table = b""
    for name, data in sections.items():
        table += layout.pack(name.encode(), b"__NV_CUDA", 0, len(data), len(content))
        content += data + bytes(-len(data) % 8)
    segment = struct.Struct("<II16sQQQQIIII" if bits == 64 else "<II16sIIIIIIII")
    size = segment.size + len(table)
    number = 0x19 if bits == 64 else 1
    command = segment.pack(number, size, b"__NV_CUDA", 0, 0, 0, len(content), 7, 7, len(sections), 0)
    magic, cpu = (0xFEEDFACF, 0x01000007) if bits == 64 else (0xFEEDFACE, 7)
    header = struct.pack("<IIIIIII", magic, cpu, 3, 6, 1, size, 0) + bytes(4 if bits == 64 else 0)
    content[: len(header) + size] = header + command + table
    return bytes(content)


def fatbin(*entries: bytes, version: int = 1) -> bytes:
    """A fatbin of these entries."""
    content = b"".join(entries)
    return struct.pack("<IHHQ", 0xBA55ED50, version, 16, len(content)) + content


def fatbin_entry(
    kind: int,
    arch: int,
    *,
    flags: int = 0x11,
    payload: bytes = b"\0" * 8,
    stored: int | None = None,
    compressed: int = 0,
    version: tuple[int, int] = (9, 0),
) -> bytes:
    """One entry; `stored` is what its header says in place of the payload's size, padding included."""
    size = len(payload) if stored is None else stored
    fields = (kind, 0x101, 64, size, compressed, 0, version[1], version[0], arch, 0, 0, flags, 0, 0)
    return FATBIN_ENTRY.pack(*fields) + payload


def bundle(codes: Sequence[tuple[str, bytes]]) -> bytes:
    """An offload bundle: Clang, "Bundled Code Object Layout"."""
    table_size = 32 + sum(24 + len(name) for name, _ in codes)
    table, content = b"", bytearray(-table_size % ALIGNMENT)
    for name, data in codes:
        table += struct.pack("<QQQ", table_size + len(content), len(data), len(name)) + name.encode()
        content += data + bytes(-len(data) % ALIGNMENT)
    return b"__CLANG_OFFLOAD_BUNDLE__" + struct.pack("<Q", len(codes)) + table + content


def compressed_bundle(plain: bytes, packed: bytes, *, version: int, method: int) -> bytes:
    """A compressed offload bundle: LLVM, OffloadBundle.h. `packed` is `plain`, compressed."""
    head = struct.pack("<4sHH", b"CCOB", version, method)
    if version == 1:
        return head + struct.pack("<I8x", len(plain)) + packed
    layout = struct.Struct("<II8x" if version == 2 else "<QQ8x")
    return head + layout.pack(len(head) + layout.size + len(packed), len(plain)) + packed
