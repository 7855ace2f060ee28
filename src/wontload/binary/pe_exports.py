"""PE export directory: what an image offers, by name and by ordinal, and what it hands on to another.

Source: Microsoft, "PE Format", "The .edata Section".
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cache

from wontload.binary.columns import Columns
from wontload.binary.image import Export
from wontload.binary.malformed import MalformedImage
from wontload.binary.pe_layout import Directory
from wontload.binary.pe_view import PEView
from wontload.binary.source import numbers

# "Export Directory Table". Kept: name RVA, ordinal base, number of addresses, number of names, and the RVAs of the
# address table, the name pointer table and the ordinal table.
EXPORT_DIRECTORY = struct.Struct("<12xIIIIIII")
# Ordinals are 16-bit numbers, so more addresses or names than this cannot be reached.
MOST_ORDINALS = 1 << 16


def read_name(view: PEView) -> str | None:
    """The name that the linker gave the image; no loader asks for it, so an unreadable one is none."""
    directory = view.directory(Directory.EXPORT)
    if directory is None:
        return None
    try:
        name, *_ = EXPORT_DIRECTORY.unpack(view.bytes_at(directory[0], EXPORT_DIRECTORY.size))
        return view.text(name) if name else None
    except MalformedImage:
        return None


def read_exports(view: PEView) -> Sequence[Export]:
    """The exports that have names, in the order of the name pointer table (sorted), then the nameless by ordinal."""
    directory = view.directory(Directory.EXPORT)
    if directory is None:
        return ()
    view.keep(*directory)
    header = EXPORT_DIRECTORY.unpack(view.bytes_at(directory[0], EXPORT_DIRECTORY.size))
    _, base, address_count, name_count, addresses_rva, names_rva, indexes_rva = header
    if max(address_count, name_count) > MOST_ORDINALS:
        raise view.source.corrupt(f"its export directory has {max(address_count, name_count)} entries")
    addresses = _numbers(view, addresses_rva, address_count, "I", 4)
    names: Sequence[str | None] = view.texts_in_order(_numbers(view, names_rva, name_count, "I", 4))
    forwarders = _forwarders(view, addresses, directory)
    table = _table(view, indexes_rva, name_count, 2)
    if name_count == address_count and _in_order().startswith(table):  # nearly always: a name for each, in that order
        indexes: Sequence[int] = range(address_count)
        ordinals: Sequence[int] = range(base, base + address_count)
    else:
        indexes = _with_nameless(view, numbers(table, "H"), addresses)
        ordinals = [*map(base.__add__, indexes)]
        names = [*names, *[None] * (len(indexes) - name_count)]
    return Columns(Export, names, ordinals, [*map(forwarders.get, indexes)] if forwarders else None)


def _with_nameless(view: PEView, indexes: Sequence[int], addresses: Sequence[int]) -> list[int]:
    """The indexes that have names, and those that have none. An address of zero is a hole in the ordinals."""
    if indexes and max(indexes) >= len(addresses):
        raise view.source.corrupt(f"an export has the index {max(indexes)} of {len(addresses)} addresses")
    if len(named := set(indexes)) == len(addresses):
        return [*indexes]
    return [*indexes, *(one for one, address in enumerate(addresses) if address and one not in named)]


def _table(view: PEView, rva: int, count: int, width: int) -> bytes:
    if not count:
        return b""
    view.source.spend(count)
    return view.bytes_at(rva, count * width)


def _numbers(view: PEView, rva: int, count: int, code: str, width: int) -> Sequence[int]:
    return numbers(_table(view, rva, count, width), code) if count else ()


@cache
def _in_order() -> bytes:
    """The ordinal table of as many exports as there can be, each of which has a name, in order."""
    return struct.pack(f"<{MOST_ORDINALS}H", *range(MOST_ORDINALS))


def _forwarders(view: PEView, addresses: Sequence[int], directory: tuple[int, int]) -> dict[int, str]:
    """Text by index: an address inside the export directory is that of a text ("Export Address Table")."""
    start, end = directory[0], sum(directory)
    if not addresses or max(addresses) < start or min(addresses) >= end:
        return {}
    indexes = [index for index, address in enumerate(addresses) if start <= address < end]
    return dict(zip(indexes, view.texts_in_order([addresses[index] for index in indexes]), strict=True))
