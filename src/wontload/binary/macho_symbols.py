"""Mach-O symbol table: what is taken from each library, what is offered.

Source: Apple, mach-o/nlist.h and mach-o/loader.h (LC_SYMTAB, LC_DYSYMTAB). Names keep their leading underscore.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Sequence

from wontload.binary.entries import Export, Import, Symbol
from wontload.binary.macho_bindings import read_bound
from wontload.binary.macho_layout import Command, Layout
from wontload.binary.source import Source

N_WEAK_REF = 0x40
N_STAB = 0xE0
MH_TWOLEVEL = 0x80
# Library ordinals that are none (SELF, DYNAMIC_LOOKUP, EXECUTABLE): the symbol is sought among all images.
SPECIAL_ORDINALS = frozenset((0, 0xFE, 0xFF))


def read_imports(source: Source, layout: Layout, needed: Sequence[Import]) -> tuple[Import, ...]:
    """The libraries with what two-level names take from each."""
    by_library: dict[int, list[Symbol]] = defaultdict(list)
    for ordinal, symbol in _undefined(source, layout):
        by_library[ordinal].append(symbol)
    return tuple(
        Import(one.library, one.delayed, one.weak, tuple(by_library.get(index, ())))
        for index, one in enumerate(needed, start=1)
    )


def read_undefined(source: Source, layout: Layout) -> tuple[Symbol, ...]:
    """The symbols that are sought among all images: flat names and dynamic lookup."""
    return tuple(symbol for ordinal, symbol in _undefined(source, layout) if ordinal in SPECIAL_ORDINALS)


def read_exports(source: Source, layout: Layout) -> tuple[Export, ...]:
    """The external symbols that it defines, in table order."""
    return tuple(Export(name) for name, kind, _ in _symbols(source, layout, 2) if not kind & N_STAB)


def _undefined(source: Source, layout: Layout) -> list[tuple[int, Symbol]]:
    """(library ordinal, 0 for flat names; symbol) of each undefined symbol.

    Of an image that was stripped of its symbol table, what dyld binds.
    """
    two_level = bool(layout.flags & MH_TWOLEVEL)
    table = [
        (description >> 8 if two_level else 0, Symbol(name, weak=bool(description & N_WEAK_REF)))
        for name, _, description in _symbols(source, layout, 4)
    ]
    return table or [(one.ordinal if two_level else 0, one.symbol) for one in read_bound(source, layout)]


def _symbols(source: Source, layout: Layout, field: int) -> list[tuple[str, int, int]]:
    """(name, n_type, n_desc) of a group of symbols: LC_DYSYMTAB has index and number at fields 2 (defined), 4."""
    table, dynamic = next(layout.of(Command.SYMTAB), None), next(layout.of(Command.DYSYMTAB), None)
    if table is None or dynamic is None:
        return []
    symbols_at, _, strings_at, strings_size = layout.numbers(table, 4)
    first, count = layout.numbers(dynamic, 6)[field : field + 2]
    # n_strx, n_type, (n_sect), n_desc, (n_value)
    entry = struct.Struct(f"{layout.order}IBxH{8 if layout.bits == 64 else 4}x")
    source.spend(count)
    base = layout.slice.offset
    blob = source.bytes_at(base + symbols_at + first * entry.size, count * entry.size)
    entries = list(entry.iter_unpack(blob))
    names = source.texts([one[0] for one in entries], base + strings_at, base + strings_at + strings_size)
    return [(name, kind, description) for name, (_, kind, description) in zip(names, entries, strict=True)]
