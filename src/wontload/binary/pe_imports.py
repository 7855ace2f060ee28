"""PE import directory and delay import directory: which libraries, and what is taken from each.

Source: Microsoft, "PE Format", "The .idata Section" and "Delay-Load Import Tables".
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import NamedTuple

from wontload.binary.columns import Columns
from wontload.binary.entries import Import, Symbol, new_import
from wontload.binary.malformed import MalformedImage
from wontload.binary.pe_layout import Directory
from wontload.binary.pe_view import PEView

# "Import Directory Table": 20 bytes an entry, closed by an empty one.
# Kept: import lookup table RVA, name RVA, import address table RVA. Skipped: time stamp, forwarder chain.
IMPORT_DIRECTORY_ENTRY = struct.Struct("<I8xII")
# "Delay-Load Directory Table": 32 bytes an entry, closed by an empty one.
# Kept: attributes, name, delay import address table, delay import name table.
DELAY_DIRECTORY_ENTRY = struct.Struct("<II4xII12x")
# Attributes bit 0: the fields are RVAs. Clear (Visual C++ 6): they are addresses, the image's base included.
DELAY_ATTRIBUTE_RVA = 1
HINT_BYTES = 2
IMPORT_BYTES = 16384


class EagerTables(NamedTuple):
    """The libraries of the import directory, and the RVA of the table of symbols of each."""

    libraries: Sequence[str]
    symbols: Sequence[int]


def read_eager(view: PEView) -> EagerTables:
    """Walk the import directory."""
    tables = [*import_tables(view)]
    return EagerTables(view.texts([name for name, _ in tables]), [table for _, table in tables])


def read_needed(view: PEView, eager: EagerTables) -> tuple[Import, ...]:
    """The libraries, eager first, without their symbols."""
    delayed = (Import(view.text(name), delayed=True) for name, *_ in delay_tables(view))
    return (*map(new_import, eager.libraries), *until_malformed(delayed))


def read_imports(view: PEView, eager: EagerTables) -> tuple[Import, ...]:
    """The libraries with their symbols, in the same order as `read_needed`."""
    thunks = view.thunk_tables(eager.symbols)
    found = map(new_import, eager.libraries, repeat(False), repeat(False), symbols_of(view, thunks))
    delayed = (
        Import(view.text(name), delayed=True, symbols=next(symbols_of(view, [view.thunks(table)], base)))
        for name, table, base in delay_tables(view)
    )
    return (*found, *delayed)


def import_tables(view: PEView) -> Iterator[tuple[int, int]]:
    """Yield (name RVA, RVA of the table of symbols) of each library that a loader would load, in file order.

    The directory's size is not consulted: loaders stop at the first entry without a name or an address table (Wine,
    `fixup_imports`, dlls/ntdll/loader.c). A library from which nothing is taken is not loaded (Wine, `import_dll`).
    """
    directory = view.directory(Directory.IMPORT)
    if directory is None:
        return
    view.keep(directory[0], IMPORT_BYTES)
    for lookup_table, name, address_table in view.entries(directory[0], IMPORT_DIRECTORY_ENTRY):
        if not (name and address_table):
            return
        # Some linkers leave the lookup table out; the address table holds the same until the file is bound.
        table = lookup_table or address_table
        if view.word(table):
            yield name, table


def delay_tables(view: PEView) -> Iterator[tuple[int, int, int]]:
    """Yield (name RVA, name table RVA, base to take from the name table's numbers) of each delay import."""
    directory = view.directory(Directory.DELAY_IMPORT)
    if directory is None:
        return
    for attributes, name, address_table, name_table in view.entries(directory[0], DELAY_DIRECTORY_ENTRY):
        if not name:
            return
        base = 0 if attributes & DELAY_ATTRIBUTE_RVA else view.layout.image_base
        yield name - base, (name_table or address_table) - base, base


def until_malformed(imports: Iterable[Import]) -> Iterator[Import]:
    """The imports before the first that cannot be read: no loader looks at a delay import before it is called."""
    try:
        yield from imports
    except MalformedImage:
        return


def symbols_of(view: PEView, tables: Sequence[Sequence[int]], base: int = 0) -> Iterator[Sequence[Symbol]]:
    """Yield the symbols of each of several tables of thunks, all of whose names are read at once."""
    by_ordinal = 1 << (view.layout.bits - 1)
    flat = [*chain.from_iterable(tables)]
    highest: int | None = max(flat, default=0)
    some_by_ordinal = highest is not None and highest >= by_ordinal
    if some_by_ordinal:
        flat, highest = [thunk for thunk in flat if thunk < by_ordinal], None
    names = view.texts(flat, HINT_BYTES - base, highest)  # a hint of two bytes stands before each name
    start = 0
    for table in tables:
        if some_by_ordinal and max(table, default=0) >= by_ordinal:
            rest = iter(names[start:])
            named = [next(rest) if one < by_ordinal else None for one in table]
            yield Columns(Symbol, named, [None if one < by_ordinal else one & 0xFFFF for one in table])
            start += len(table) - named.count(None)
        else:
            yield Columns(Symbol, names[start : start + len(table)])
            start += len(table)
