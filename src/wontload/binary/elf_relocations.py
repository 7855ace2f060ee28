"""ELF relocations, as far as they refer to symbols of other images, in the order in which a loader comes to them.

Source: gABI, "Relocation" and "Dynamic Section"; the order is that of glibc's elf/do-rel.h: DT_REL or DT_RELA first,
then DT_JMPREL, each from its start.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from wontload.binary.elf_layout import ElfView, Tag
from wontload.binary.elf_symbols import NOT_VISIBLE, SHN_UNDEF, STB_LOCAL, STB_WEAK
from wontload.binary.elf_versions import INDEX_MASK
from wontload.binary.entries import Bindings, Relocation, Symbol
from wontload.binary.source import every

DT_PLTRELSZ, DT_RELASZ, DT_RELSZ, DT_PLTREL = 2, 8, 18, 20
# Of each entry: how many words it has, the second of which is r_info. It holds the symbol's index above the type.
ENTRY_WORDS = {Tag.RELA: 3, Tag.REL: 2}
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


def read_relocations(view: ElfView) -> tuple[Relocation, ...]:
    """Each kind of relocation against each symbol, where it occurs first, in the order of musl: PLT, DT_REL, DT_RELA.

    Source of the order: musl, ldso/dynlink.c, `reloc_all`.
    """
    values = view.layout.values
    kind = Tag.RELA if values.get(DT_PLTREL, Tag.RELA) == Tag.RELA else Tag.REL
    slots = _infos(view, kind, values.get(Tag.JMPREL), values.get(DT_PLTRELSZ, 0))
    infos = {
        **slots,
        **_infos(view, Tag.REL, values.get(Tag.REL), values.get(DT_RELSZ, 0)),
        **_infos(view, Tag.RELA, values.get(Tag.RELA), values.get(DT_RELASZ, 0)),
    }
    shift, table = TYPE_BITS[view.layout.bits], view.layout.values.get(Tag.SYMTAB)
    view.source.spend(len(infos))
    indexes = {info >> shift: None for info in infos if info >> shift}
    symbols = _symbols(view, table, list(indexes)) if table is not None and indexes else {}
    types = (1 << shift) - 1
    no_symbol: tuple[str | None, bool, bool] = (None, False, False)
    return tuple(Relocation(info & types, *symbols.get(info >> shift, no_symbol), info in slots) for info in infos)


def _symbols(view: ElfView, table: int, indexes: list[int]) -> dict[int, tuple[str | None, bool, bool]]:
    """Of each symbol: its name, whether it may stay undefined, whether it is local."""
    layout = view.layout.structs.symbol
    blob = view.bytes_at(table, (max(indexes) + 1) * layout.size)
    entries = [layout.unpack_from(blob, index * layout.size) for index in indexes]
    names = view.strings([name for name, *_ in entries])
    return {
        index: (name, section == SHN_UNDEF and info >> 4 == STB_WEAK, info >> 4 == STB_LOCAL)
        for index, name, (_, info, _, section) in zip(indexes, names, entries, strict=True)
    }


def _symbol_indexes(view: ElfView, kind: int, address: int | None, size: int) -> list[int]:
    """The indexes of symbols that entries of a table refer to, each once, in the order of the table."""
    shift = TYPE_BITS[view.layout.bits]
    return [index for index in dict.fromkeys([info >> shift for info in _infos(view, kind, address, size)]) if index]


def _infos(view: ElfView, kind: int, address: int | None, size: int) -> dict[int, None]:
    """Each r_info of a table once, in its order: most entries of a table are of no symbol, and of one kind."""
    if address is None:
        return {}
    words = ENTRY_WORDS[kind]
    width = words * view.layout.bits // 8
    blob = view.bytes_at(address, size // width * width)
    return dict.fromkeys(every(blob, "Q" if view.layout.bits == 64 else "I", 1, words, view.layout.structs.order))


def _undefined(view: ElfView, indexes: Iterable[int]) -> tuple[Symbol, ...]:
    table, versions = view.layout.values.get(Tag.SYMTAB), view.layout.values.get(Tag.VERSYM)
    if table is None:
        return ()
    layout, number = view.layout.structs.symbol, struct.Struct(view.layout.structs.order + "H")
    found = []
    for index in indexes:
        name, info, other, section = layout.unpack(view.bytes_at(table + index * layout.size, layout.size))
        # What is hidden is the file's own, defined or not (glibc, sysdeps/generic/ldsodefs.h, RESOLVE_MAP's users).
        if section != SHN_UNDEF or info >> 4 == STB_LOCAL or other & 3 in NOT_VISIBLE or not name:
            continue
        version = None
        if versions is not None:
            (raw,) = number.unpack(view.bytes_at(versions + 2 * index, 2))
            version = view.version_names.get(raw & INDEX_MASK)
        found.append(Symbol(view.string(name), None, version, info >> 4 == STB_WEAK))
    return tuple(found)
