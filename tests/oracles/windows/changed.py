"""Import tables as other linkers and `bind.exe` leave them: hints that mislead, addresses of another day."""

from __future__ import annotations

import struct
from collections.abc import Iterator

IMPORT, BOUND_IMPORT = 1, 11  # data directories
IMPORT_BYTES, SECTION_BYTES = 20, 40
BY_ORDINAL = 1 << 63
NEW_BIND = 0xFFFFFFFF  # "Import Directory Table", Time/Date Stamp: the bound import directory has the real one
STALE = 0x4A5B6C7D  # a stamp that no file here has


def with_wrong_hints(data: bytearray) -> None:
    """Give every name that is imported the hint 0xFFFF, an index that no table of names has."""
    for descriptor in _descriptors(data):
        for _, entry in _lookups(data, descriptor):
            if not entry & BY_ORDINAL:
                struct.pack_into("<H", data, _offset(data, entry), 0xFFFF)


def bound(data: bytearray) -> None:
    """Bind each import to addresses of other files than are there: stamps do not match."""
    names = [_name(data, descriptor) for descriptor in _descriptors(data)]
    for descriptor in _descriptors(data):
        struct.pack_into("<I", data, descriptor + 4, NEW_BIND)
        (addresses,) = struct.unpack_from("<I", data, descriptor + 16)
        for index, _ in _lookups(data, descriptor):
            struct.pack_into("<Q", data, _offset(data, addresses) + 8 * index, 0x7FFE00001000 + 16 * index)
    # IMAGE_BOUND_IMPORT_DESCRIPTORs behind the section table, closed by an empty one; then the names.
    start, entries, texts = _end_of_headers(data), b"", b""
    for name in names:
        entries += struct.pack("<IHH", STALE, 8 * (len(names) + 1) + len(texts), 0)
        texts += name + b"\0"
    blob = entries + bytes(8) + texts
    data[start : start + len(blob)] = blob
    struct.pack_into("<II", data, _directory(data, BOUND_IMPORT), start, len(entries) + 8)


def _pe(data: bytearray) -> int:
    return int(struct.unpack_from("<I", data, 0x3C)[0])


def _directory(data: bytearray, index: int) -> int:
    return _pe(data) + 24 + 112 + 8 * index


def _sections(data: bytearray) -> range:
    count, size = struct.unpack_from("<H12xH", data, _pe(data) + 6)
    first = _pe(data) + 24 + size
    return range(first, first + SECTION_BYTES * count, SECTION_BYTES)


def _end_of_headers(data: bytearray) -> int:
    return _sections(data).stop + 16


def _offset(data: bytearray, rva: int) -> int:
    for at in _sections(data):
        start, size, raw = struct.unpack_from("<III", data, at + 12)
        if start <= rva < start + size:
            return int(rva - start + raw)
    raise ValueError(f"no section holds {rva:#x}")


def _descriptors(data: bytearray) -> Iterator[int]:
    """Where each entry of the import directory lies in the file."""
    (rva,) = struct.unpack_from("<I", data, _directory(data, IMPORT))
    at = _offset(data, rva) if rva else 0
    while at and struct.unpack_from("<I", data, at + 12)[0]:
        yield at
        at += IMPORT_BYTES


def _lookups(data: bytearray, descriptor: int) -> Iterator[tuple[int, int]]:
    """Index and value of each entry of an import's lookup table."""
    (rva,) = struct.unpack_from("<I", data, descriptor)
    at, index = _offset(data, rva), 0
    while entry := struct.unpack_from("<Q", data, at + 8 * index)[0]:
        yield index, entry
        index += 1


def _name(data: bytearray, descriptor: int) -> bytes:
    (rva,) = struct.unpack_from("<I", data, descriptor + 12)
    start = _offset(data, rva)
    return bytes(data[start : data.index(b"\0", start)])
