"""ELF relocations, as far as they refer to symbols of other images, in the order in which a loader comes to them.

Source: gABI, "Relocation" and "Dynamic Section"; the order is that of glibc's elf/do-rel.h: DT_REL or DT_RELA first,
then DT_JMPREL, each from its start.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from wontload.binary.elf_layout import ElfView, Tag
from wontload.binary.elf_symbols import SHN_UNDEF, STB_LOCAL, STB_WEAK
from wontload.binary.elf_versions import INDEX_MASK, version_names
from wontload.binary.image import Bindings, Symbol

DT_PLTRELSZ, DT_RELASZ, DT_RELSZ, DT_PLTREL = 2, 8, 18, 20
# Kept of each entry: r_info. It holds the symbol's index above the relocation's type.
ENTRY = {(64, Tag.RELA): "8xQ8x", (64, Tag.REL): "8xQ", (32, Tag.RELA): "4xI4x", (32, Tag.REL): "4xI"}
TYPE_BITS = {64: 32, 32: 8}


def read_bindings(view: ElfView) -> Bindings:
    """The symbols that relocations ask others for, each once: those always bound, and those of the PLT."""
    values = view.layout.values
    eager = [
        *_symbol_indexes(view, Tag.REL, values.get(Tag.REL), values.get(DT_RELSZ, 0)),
        *_symbol_indexes(view, Tag.RELA, values.get(Tag.RELA), values.get(DT_RELASZ, 0)),
    ]
    kind = Tag.RELA if values.get(DT_PLTREL, Tag.RELA) == Tag.RELA else Tag.REL
    lazy = _symbol_indexes(view, kind, values.get(Tag.JMPREL), values.get(DT_PLTRELSZ, 0))
    return Bindings(_undefined(view, dict.fromkeys(eager)), _undefined(view, dict.fromkeys(lazy)))


def _symbol_indexes(view: ElfView, kind: Tag, address: int | None, size: int) -> list[int]:
    if address is None:
        return []
    entry = struct.Struct(view.layout.structs.order + ENTRY[view.layout.bits, kind])
    count = size // entry.size
    shift = TYPE_BITS[view.layout.bits]
    blob = view.bytes_at(address, count * entry.size)
    return [info >> shift for (info,) in entry.iter_unpack(blob) if info >> shift]


def _undefined(view: ElfView, indexes: Iterable[int]) -> tuple[Symbol, ...]:
    table, versions = view.layout.values.get(Tag.SYMTAB), view.layout.values.get(Tag.VERSYM)
    if table is None:
        return ()
    layout, number = view.layout.structs.symbol, struct.Struct(view.layout.structs.order + "H")
    names = version_names(view) if versions is not None else {}
    found = []
    for index in indexes:
        name, info, _, section = layout.unpack(view.bytes_at(table + index * layout.size, layout.size))
        if section != SHN_UNDEF or info >> 4 == STB_LOCAL or not name:
            continue
        version = None
        if versions is not None:
            (raw,) = number.unpack(view.bytes_at(versions + 2 * index, 2))
            version = names.get(raw & INDEX_MASK)
        found.append(Symbol(view.string(name), None, version, info >> 4 == STB_WEAK))
    return tuple(found)
