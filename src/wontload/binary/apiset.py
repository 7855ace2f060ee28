"""The API-set schema of a Windows version: which DLL stands behind `api-ms-win-crt-runtime-l1-1-0`.

The schema is the `.apiset` section of `apisetschema.dll`, laid out as API_SET_NAMESPACE of version 6 (Windows 10 and
later) or 4 (Windows 8.1). Source: Geoff Chappell, "The API Set Schema"; for version 6 also Wine, include/apiset.h and
`get_apiset_entry` in dlls/ntdll/loader.c.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wontload.binary.malformed import Defect, MalformedImage
from wontload.binary.origin import File, reading
from wontload.binary.pe_layout import FILE_HEADER, SECTION_HEADER, SIGNATURE_POINTER, SIGNATURE_POINTER_OFFSET
from wontload.binary.pe_layout import read_layout as read_pe_layout
from wontload.binary.source import Source

SECTION_NAME = b".apiset\0"
# Version 6: version, size, flags, count, offset of entries, offset of hashes, hash factor.
HEADER_6 = struct.Struct("<IIIIIII")
# Flags, name offset, name length, length that is hashed, offset of values, number of values. Lengths in bytes.
ENTRY_6 = struct.Struct("<IIIIII")
# Version 4: version, size, flags, count; the entries follow.
HEADER_4 = struct.Struct("<IIII")
# Flags, name offset, name length, alias offset, alias length, offset of (flags, number of values, values).
ENTRY_4 = struct.Struct("<IIIIII")
VALUES_4 = struct.Struct("<II")
ENTRY_4_EXTENSION = 2  # the name stands without its `ext-`, else without its `api-`
# Both: flags, name offset, name length, host offset, host length. The name is the importer's; the default has none.
VALUE = struct.Struct("<IIIII")
LONGEST_SCHEMA_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class ApiSets:
    """An API-set schema.

    Attributes:
        version: of its layout: 6 or 4.
        hosts: contract name in lower case, without its last number, to the default host; empty: not hosted here.
        aliases: (contract, importer's file name in lower case) to the host that this importer alone gets.
    """

    version: int
    hosts: Mapping[str, str]
    aliases: Mapping[tuple[str, str], str]


def read_api_sets(path: str | os.PathLike[str]) -> Mapping[str, str]:
    """`ApiSets.hosts` of the `apisetschema.dll` at `path`. Raises `MalformedImage`."""
    return read_api_set_schema(path).hosts


def read_api_set_schema(path: str | os.PathLike[str]) -> ApiSets:
    """The schema in the `apisetschema.dll` at `path`. Raises `MalformedImage`."""
    return reading(File(os.fspath(path)), lambda source: parse_schema(_schema(source), source.path))


def contract_of(name: str) -> str:
    """The key of a library's name in `ApiSets.hosts`: lower case, without `.dll` and without the last number.

    The loader does not look at the last number: `…-l1-1-0` finds the schema's `…-l1-1-1` (Chappell).
    """
    return name.lower().removesuffix(".dll").rpartition("-")[0]


def parse_schema(data: bytes, path: str) -> ApiSets:
    """The schema in the bytes of a `.apiset` section. `path` is for messages. Raises `MalformedImage`."""
    source = Source(data, path)
    version = int.from_bytes(source.bytes_at(0, 4), "little")
    if version not in (4, 6):
        raise source.corrupt(f"its API-set schema has version {version}, and only 4 and 6 are known", 0)
    hosts: dict[str, str] = {}
    aliases: dict[tuple[str, str], str] = {}
    for contract, values in _entries_6(source) if version == 6 else _entries_4(source):
        hosts.setdefault(contract, "")
        for importer, host in values:
            if importer:
                aliases[contract, importer.lower()] = host
            else:
                hosts[contract] = host
    return ApiSets(version, hosts, aliases)


def _schema(source: Source) -> bytes:
    """The section's bytes. Sections are found by name here, as the kernel does it; nothing else in a PE file is."""
    read_pe_layout(source)  # whatever is wrong with the headers comes out here
    (start,) = source.unpack(SIGNATURE_POINTER, SIGNATURE_POINTER_OFFSET)
    _, _, count, optional_size, _ = source.unpack(FILE_HEADER, start)
    table = start + FILE_HEADER.size + optional_size
    for offset in range(table, table + count * SECTION_HEADER.size, SECTION_HEADER.size):
        if source.bytes_at(offset, len(SECTION_NAME)) == SECTION_NAME:
            _, _, size, pointer = source.unpack(SECTION_HEADER, offset)
            return source.bytes_at(pointer, min(size, LONGEST_SCHEMA_BYTES))
    raise source.corrupt("it has no .apiset section")


def _entries_6(source: Source) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    _, _, _, count, entries, _, _ = source.unpack(HEADER_6, 0)
    source.spend(count)
    for index in range(count):
        _, name, _, hashed, values, number = source.unpack(ENTRY_6, entries + index * ENTRY_6.size)
        yield _text(source, name, hashed).lower(), _values(source, values, number)


def _entries_4(source: Source) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    _, _, _, count = source.unpack(HEADER_4, 0)
    source.spend(count)
    for index in range(count):
        flags, name, length, _, _, data = source.unpack(ENTRY_4, HEADER_4.size + index * ENTRY_4.size)
        prefix = "ext-" if flags & ENTRY_4_EXTENSION else "api-"
        _, number = source.unpack(VALUES_4, data)
        values = _values(source, data + VALUES_4.size, number)
        yield contract_of(prefix + _text(source, name, length)), values


def _values(source: Source, offset: int, count: int) -> list[tuple[str, str]]:
    """(importer or nothing, host) of each value."""
    source.spend(count)
    found = []
    for index in range(count):
        _, name, length, host, host_length = source.unpack(VALUE, offset + index * VALUE.size)
        found.append((_text(source, name, length), _text(source, host, host_length)))
    return found


def _text(source: Source, offset: int, size: int) -> str:
    source.spend(1, size)
    try:
        return source.bytes_at(offset, size).decode("utf-16-le") if size else ""
    except UnicodeDecodeError as error:
        raise MalformedImage(source.path, Defect.CORRUPT, f"a name is no UTF-16: {error.reason}", offset) from error
