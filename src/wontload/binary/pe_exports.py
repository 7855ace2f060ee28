"""PE export directory: what an image offers, by name and by ordinal, and what it hands on to another.

Source: Microsoft, "PE Format", "The .edata Section".
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import repeat
from typing import cast

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

# `Export(*fields)` without a Python frame for each of a hundred thousand exports.
_export = cast("Callable[[Iterable[object]], Export]", partial(tuple.__new__, Export))


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


def read_exports(view: PEView) -> tuple[Export, ...]:
    """The exports that have names, in the order of the name pointer table (sorted), then the nameless by ordinal."""
    directory = view.directory(Directory.EXPORT)
    if directory is None:
        return ()
    header = EXPORT_DIRECTORY.unpack(view.bytes_at(directory[0], EXPORT_DIRECTORY.size))
    _, base, address_count, name_count, addresses_rva, names_rva, indexes_rva = header
    if max(address_count, name_count) > MOST_ORDINALS:
        raise view.source.corrupt(f"its export directory has {max(address_count, name_count)} entries")
    addresses = _numbers(view, addresses_rva, address_count, "I", 4)
    indexes = _numbers(view, indexes_rva, name_count, "H", 2)
    names = view.texts(_numbers(view, names_rva, name_count, "I", 4))
    if indexes and max(indexes) >= address_count:
        raise view.source.corrupt(f"an export has the index {max(indexes)} of {address_count} addresses")
    forwarders = _forwarders(view, addresses, directory)
    if indexes == list(range(address_count)):  # nearly always: one name for each address, in the same order
        ordinals: Iterable[int] = range(base, base + address_count)
        nameless: list[int] = []
    else:
        ordinals = map(base.__add__, indexes)
        # An address of zero is a hole in the ordinals.
        nameless = [one for one in sorted(set(range(address_count)).difference(indexes)) if addresses[one]]
    targets: Iterable[str | None] = map(forwarders.get, indexes) if forwarders else repeat(None)
    named = map(_export, zip(names, ordinals, targets, repeat(None)))
    return (*named, *(Export(None, base + one, forwarders.get(one)) for one in nameless))


def _numbers(view: PEView, rva: int, count: int, code: str, width: int) -> Sequence[int]:
    if not count:
        return ()
    view.source.spend(count)
    return numbers(view.bytes_at(rva, count * width), code)


def _forwarders(view: PEView, addresses: Sequence[int], directory: tuple[int, int]) -> dict[int, str]:
    """Text by index: an address inside the export directory is that of a text ("Export Address Table")."""
    start, end = directory[0], sum(directory)
    indexes = [index for index, address in enumerate(addresses) if start <= address < end]
    return dict(zip(indexes, view.texts([addresses[index] for index in indexes]), strict=True))
