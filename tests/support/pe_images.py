"""`pe(...)`: a small PE file made on the spot. See `tests/support/images.py`."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from tests.support.blob import Blob

SHARED = "shared"

# A library's name, or (name, what is taken from it: names and ordinals).
Need: TypeAlias = "str | tuple[str, Sequence[str | int]]"
# A name, (name, forwarder such as `NTDLL.RtlMove`), or the ordinal of a nameless export.
Offer: TypeAlias = "str | tuple[str, str] | int"

PE_MACHINE = {"x86": 0x14C, "x86_64": 0x8664, "aarch64": 0xAA64, "arm": 0x1C4}
SECTION_RVA, SECTION_OFFSET, IMAGE_BASE = 0x1000, 0x400, 0x10000000


def pe(
    *,
    needs: Iterable[Need] = (),
    delays: Iterable[Need] = (),
    exports: Sequence[Offer] = (SHARED,),
    machine: str | int = "x86_64",
    name: str = "",
    library: bool = True,
    old_delays: bool = False,
    dotnet: int | None = None,
    dependent_load_flags: int = 0,
    chpe: bool = False,
    file_version: tuple[int, int, int, int] | None = None,
    padding_bytes: int = 0,
    promised_padding_bytes: int = 0,
    gpu_code: bytes = b"",
) -> bytes:
    """A DLL (or, without `library`, an EXE) with one section, in which every table lies.

    Args:
        needs, delays: libraries of the import directory and the delay import directory.
        exports: in the order of their ordinals, which start at 1; a number puts a nameless one at that ordinal.
        machine: an architecture's name, or the number for the header.
        name: in the export directory.
        old_delays: delay import descriptors with addresses in place of RVAs (Visual C++ 6).
        dotnet: flags of a CLR header; `None` for a file without one.
        dependent_load_flags, chpe: of the load configuration.
        file_version: of a version resource.
        padding_bytes: zeros at the end of the section.
        promised_padding_bytes: further bytes that the headers give the section and the caller appends, or does not.
        gpu_code: fatbins, in a section `.nv_fatb` behind the other.
    """
    bits = 32 if machine in ("x86", "arm", 0x14C) else 64
    blob = Blob(SECTION_RVA)
    directories = {
        0: _pe_exports(blob, exports, name),
        1: _pe_imports(blob, needs, bits),
        2: _pe_version(blob, file_version),
        10: _pe_load_config(blob, bits, dependent_load_flags, chpe),
        13: _pe_delays(blob, delays, bits, IMAGE_BASE if old_delays else 0),
        14: (0, 0) if dotnet is None else (blob.put(struct.pack("<16xI52x", dotnet)), 72),
    }
    blob.put(bytes(max(padding_bytes, 1)))
    raw = blob.data + bytes(-len(blob.data) % 0x200)
    machine_number = PE_MACHINE[machine] if isinstance(machine, str) else machine
    size = len(raw) + promised_padding_bytes
    gpu_code += bytes(-len(gpu_code) % 0x200)
    gpu_rva = (SECTION_RVA + size + 0xFFF) & ~0xFFF
    optional = _pe_optional_header(bits, gpu_rva + len(gpu_code) - SECTION_RVA if gpu_code else size, directories)
    characteristics = 0x2022 if library else 0x22
    headers = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    counts = (machine_number, 1 + bool(gpu_code), 0, 0, 0, len(optional), characteristics)
    headers += struct.pack("<4sHHIIIHH", b"PE\0\0", *counts)
    headers += optional
    headers += struct.pack("<8sIIII12xI", b".all", size, SECTION_RVA, size, SECTION_OFFSET, 0xE0000060)
    if gpu_code:
        place = (len(gpu_code), gpu_rva, len(gpu_code), SECTION_OFFSET + len(raw))
        headers += struct.pack("<8sIIII12xI", b".nv_fatb", *place, 0x40000040)
    return headers.ljust(SECTION_OFFSET, b"\0") + bytes(raw) + gpu_code


def _pe_optional_header(bits: int, size: int, directories: dict[int, tuple[int, int]]) -> bytes:
    wide = bits == 64
    image_size = (SECTION_RVA + size + 0xFFF) & ~0xFFF
    header = struct.pack("<HBBIIIII", 0x20B if wide else 0x10B, 14, 0, size, 0, 0, 0, SECTION_RVA)
    header += struct.pack("<Q", IMAGE_BASE) if wide else struct.pack("<II", SECTION_RVA, IMAGE_BASE)
    header += struct.pack("<IIHHHHHHI", 0x1000, 0x200, 6, 0, 0, 0, 6, 1, 0)
    header += struct.pack("<IIIHH", image_size, SECTION_OFFSET, 0, 3, 0x140)
    header += struct.pack("<QQQQII" if wide else "<IIIIII", 1 << 20, 1 << 12, 1 << 20, 1 << 12, 0, 16)
    return header + b"".join(struct.pack("<II", *directories.get(index, (0, 0))) for index in range(16))


def _thunks(blob: Blob, symbols: Sequence[str | int], bits: int, base: int) -> bytes:
    code = "<Q" if bits == 64 else "<I"
    numbers = [
        symbol | 1 << (bits - 1) if isinstance(symbol, int) else base + blob.put(b"\0\0" + symbol.encode() + b"\0", 2)
        for symbol in symbols
    ]
    return b"".join(struct.pack(code, number) for number in [*numbers, 0])


def _symbols_of(need: Need) -> tuple[str, Sequence[str | int]]:
    return (need, [SHARED]) if isinstance(need, str) else need


def _pe_imports(blob: Blob, needs: Iterable[Need], bits: int) -> tuple[int, int]:
    entries = []
    for library, symbols in map(_symbols_of, needs):
        thunks = _thunks(blob, symbols, bits, 0)
        entries.append(struct.pack("<I8xII", blob.put(thunks), blob.text(library), blob.put(thunks)))
    return (blob.put(b"".join(entries) + bytes(20)), 20 * len(entries) + 20) if entries else (0, 0)


def _pe_delays(blob: Blob, delays: Iterable[Need], bits: int, base: int) -> tuple[int, int]:
    entries = []
    for library, symbols in map(_symbols_of, delays):
        thunks = _thunks(blob, symbols, bits, base)
        name, handle = base + blob.text(library), base + blob.put(bytes(8))
        tables = base + blob.put(bytes(len(thunks))), base + blob.put(thunks)
        entries.append(struct.pack("<IIIII12x", 0 if base else 1, name, handle, *tables))
    return (blob.put(b"".join(entries) + bytes(32)), 32 * len(entries) + 32) if entries else (0, 0)


def _pe_exports(blob: Blob, exports: Sequence[Offer], name: str) -> tuple[int, int]:
    if not (exports or name):
        return 0, 0
    start = blob.put(bytes(40))
    code = start  # any address outside the directory would do; this one is made such below
    names: dict[str, int] = {}
    targets: dict[int, str | None] = {}
    ordinal = 0
    for offer in exports:
        ordinal = offer if isinstance(offer, int) else ordinal + 1
        targets[ordinal] = offer[1] if isinstance(offer, tuple) else None
        if not isinstance(offer, int):
            names[offer if isinstance(offer, str) else offer[0]] = ordinal - 1
    texts = {ordinal: blob.text(target) for ordinal, target in targets.items() if target}
    name_rva = blob.text(name)
    name_rvas = [blob.text(one) for one in sorted(names)]
    end = blob.base + len(blob.data)
    code = blob.put(b"\xc3")
    addresses = [
        texts.get(ordinal, code) if ordinal in targets else 0 for ordinal in range(1, max(targets, default=0) + 1)
    ]
    address_table = blob.put(b"".join(struct.pack("<I", one) for one in addresses))
    name_table = blob.put(b"".join(struct.pack("<I", one) for one in name_rvas))
    index_table = blob.put(b"".join(struct.pack("<H", names[one]) for one in sorted(names)))
    fields = (name_rva, 1, len(addresses), len(names), address_table, name_table, index_table)
    struct.pack_into("<12xIIIIIII", blob.data, start - blob.base, *fields)
    return start, end - start


def _pe_load_config(blob: Blob, bits: int, flags: int, chpe: bool) -> tuple[int, int]:
    if not (flags or chpe):
        return 0, 0
    config = bytearray(208)
    struct.pack_into("<I", config, 0, len(config))
    struct.pack_into("<H", config, 78 if bits == 64 else 54, flags)
    if chpe:
        struct.pack_into("<Q", config, 200, IMAGE_BASE + SECTION_RVA)
    return blob.put(bytes(config)), len(config)


def _pe_version(blob: Blob, version: tuple[int, int, int, int] | None) -> tuple[int, int]:
    if version is None:
        return 0, 0
    major, minor, build, revision = version
    fixed = struct.pack("<IIII", 0xFEEF04BD, 0x10000, major << 16 | minor, build << 16 | revision).ljust(52, b"\0")
    key = "VS_VERSION_INFO\0".encode("utf-16-le")
    content = struct.pack("<HHH", 40 + len(fixed), len(fixed), 0) + key + b"\0\0" + fixed
    data = blob.put(content)
    tree = b""
    for number, offset in ((16, 24 | 1 << 31), (1, 48 | 1 << 31), (1033, 72)):  # kind, name, language
        tree += struct.pack("<12xHHII", 0, 1, number, offset)
    tree += struct.pack("<IIII", data, len(content), 0, 0)
    return blob.put(tree), len(tree)
