"""ELF dynamic symbols: what an image defines for others, and what it leaves to them, with versions.

The dynamic symbol table does not say how long it is. Loaders never ask: they come to a symbol through the hash table
or a relocation. So its length is that of the hash table's chains (gABI, "Hash Table"; for DT_GNU_HASH the format as
glibc reads it, `do_lookup_x` in elf/dl-lookup.c).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import repeat
from typing import cast

from wontload.binary.elf_layout import ElfView, Tag
from wontload.binary.elf_versions import INDEX_MASK
from wontload.binary.entries import Export, Symbol
from wontload.binary.source import numbers

SHN_UNDEF = 0
STB_LOCAL, STB_WEAK = 0, 2
STV_INTERNAL, STV_HIDDEN = 1, 2
STT_SECTION, STT_FILE = 3, 4
NOT_VISIBLE = frozenset((STV_INTERNAL, STV_HIDDEN))
# st_info, binding above type, of what is local or stands for no symbol.
NOT_EXPORTED = frozenset(info for info in range(256) if info >> 4 == STB_LOCAL or info & 15 in (STT_SECTION, STT_FILE))
# Those that musl takes for a definition: global, weak or unique; without type, data, function, common or thread-local.
STT_TLS = 6
PLAIN = frozenset(binding << 4 | kind for binding in (1, 2, 10) for kind in (0, 1, 2, 5, STT_TLS))
# A symbol with its address: name, address, info, section (32 bits); name, info, section, address (64).
WITH_VALUE = {32: "II4xBxH", 64: "IBxHQ8x"}
# The tables that an address can belong to and that linkers put behind the symbols.
NEIGHBOURS = (Tag.STRTAB, Tag.VERSYM, Tag.HASH, Tag.GNU_HASH, Tag.VERDEF, Tag.VERNEED, Tag.RELA, Tag.REL, Tag.JMPREL)

# `Symbol(*fields)` without a Python frame for each of a hundred thousand symbols.
_symbol = cast("Callable[[Iterable[object]], Symbol]", partial(tuple.__new__, Symbol))
_export = cast("Callable[[Iterable[object]], Export]", partial(tuple.__new__, Export))


def read_undefined(view: ElfView) -> tuple[Symbol, ...]:
    """The symbols that others must define, in table order."""
    blob = _table(view)
    layout = view.layout.structs.symbol
    # Most symbols of a large library are defined, and linkers put those behind the others: hash tables begin there. So
    # a column is looked at before lines. No byte order changes a zero.
    at, width = (14, 16) if view.layout.bits == 32 else (6, 24)
    sections = memoryview(blob).cast("H")[at // 2 :: width // 2].tolist()
    if SHN_UNDEF not in sections:
        return ()
    end = len(sections) - sections[::-1].index(SHN_UNDEF)
    entries = cast("Iterable[tuple[int, int, int, int]]", layout.iter_unpack(blob[: end * width]))
    found = [
        (index, name, info >> 4 == STB_WEAK)
        for index, (name, info, _, section) in enumerate(entries)
        if section == SHN_UNDEF and name and info >> 4 != STB_LOCAL
    ]
    if not found:
        return ()
    indexes, names, weak = zip(*found, strict=True)
    return tuple(map(_symbol, zip(view.strings(names), repeat(None), _versions(view, indexes, end), weak)))


def read_exports(view: ElfView) -> tuple[Export, ...]:
    """The symbols that it defines for others, in table order."""
    if _offers_nothing(view):
        return ()
    blob = _table(view)
    entries = cast("Iterable[tuple[int, int, int, int]]", view.layout.structs.symbol.iter_unpack(blob))
    found = [
        (index, name)
        for index, (name, info, other, section) in enumerate(entries)
        if section and name and info not in NOT_EXPORTED and other & 3 not in NOT_VISIBLE
    ]
    if not found:
        return ()
    indexes, names = zip(*found, strict=True)
    versions = _versions(view, indexes, indexes[-1] + 1)
    return tuple(map(_export, zip(view.strings(names), repeat(None), repeat(None), versions)))


def read_plain_names(view: ElfView) -> frozenset[str]:
    """The names that a lookup without versions finds: defined, with an address, no IFUNC, and no old version alone.

    Source: musl, ldso/dynlink.c: `find_sym2` (OK_TYPES, OK_BINDS, `st_value`), `gnu_lookup` (the sign of
    `versym`). Visibility is not asked for.
    """
    if _offers_nothing(view):
        return frozenset()
    blob = _table(view)
    layout = struct.Struct(view.layout.structs.order + WITH_VALUE[view.layout.bits])
    value_at, info_at, section_at = (1, 2, 3) if view.layout.bits == 32 else (3, 1, 2)
    found = [
        (index, entry[0])
        for index, entry in enumerate(layout.iter_unpack(blob))
        if entry[0] and entry[section_at] != SHN_UNDEF and entry[info_at] in PLAIN
        if entry[value_at] or entry[info_at] & 15 == STT_TLS
    ]
    table = view.layout.values.get(Tag.VERSYM)
    if table is not None and found:
        versions = numbers(view.bytes_at(table, 2 * (found[-1][0] + 1)), "H", view.layout.structs.order)
        found = [(index, name) for index, name in found if not versions[index] & ~INDEX_MASK]
    return frozenset(view.strings([name for _, name in found]))


def _offers_nothing(view: ElfView) -> bool:
    """Whether DT_GNU_HASH, which loaders ask before DT_HASH, leads to no symbol, however long the table may seem.

    What patchelf moves has other bytes behind it, up to the next table.
    """
    address = view.layout.values.get(Tag.GNU_HASH)
    return address is not None and Tag.SYMTAB in view.layout.values and not _gnu_extent(view, address)


def _table(view: ElfView) -> bytes:
    """The symbol table."""
    count = _extent(view)
    view.source.spend(count)
    return view.bytes_at(view.layout.values[Tag.SYMTAB], count * view.layout.structs.symbol.size) if count else b""


def _versions(view: ElfView, indexes: tuple[int, ...], end: int) -> Iterable[str | None]:
    table = view.layout.values.get(Tag.VERSYM)
    if table is None:
        return repeat(None)
    version_of = numbers(view.bytes_at(table, 2 * end), "H", view.layout.structs.order)
    name_of = view.version_names.get
    return [name_of(version_of[index] & INDEX_MASK) for index in indexes]


def _extent(view: ElfView) -> int:
    """The number of symbols."""
    values = view.layout.values
    if Tag.SYMTAB not in values:
        return 0
    if Tag.GNU_HASH in values and (end := _gnu_extent(view, values[Tag.GNU_HASH])):
        return end
    if Tag.HASH in values and not _has_wide_hash(view):
        _, chains = struct.unpack(view.layout.structs.order + "II", view.bytes_at(values[Tag.HASH], 8))
        return int(chains)
    return _room(view)


def _gnu_extent(view: ElfView, address: int) -> int:
    """The same from DT_GNU_HASH: header, Bloom filter, buckets, and chains that end with an odd number.

    The symbols in the chains are the table's last. 0 when there are none, which says nothing about those before: GNU
    ld then writes 1 as the first index, whatever there is (bfd/elflink.c, "Empty .gnu.hash section is special").
    """
    known = view.layout.structs
    buckets, first, blooms, _ = struct.unpack(known.order + "IIII", view.bytes_at(address, 16))
    buckets_at = address + 16 + blooms * known.word_bytes
    view.source.spend(buckets)
    last: int = max(numbers(view.bytes_at(buckets_at, 4 * buckets), "I", known.order), default=0)
    if last < first or not last:
        return 0
    offset, end = view.run(buckets_at + 4 * buckets + 4 * (last - first))
    while offset + 4 <= end:
        last += 1
        if view.source.unpack(known.word, offset)[0] & 1:
            return last
        offset += 4
    raise view.source.corrupt("its symbol hash table has a chain without end", offset)


def gnu_table(view: ElfView) -> tuple[int, Sequence[int]]:
    """The first symbol in the chains of DT_GNU_HASH, and the hash of each from there on, its lowest bit set.

    In the file, that bit tells where a chain ends.
    """
    address, known = view.layout.values[Tag.GNU_HASH], view.layout.structs
    buckets, first, blooms, _ = struct.unpack(known.order + "IIII", view.bytes_at(address, 16))
    end = _gnu_extent(view, address)
    chains = address + 16 + blooms * known.word_bytes + 4 * buckets
    if not end:
        return first, ()
    blob = view.bytes_at(chains, 4 * (end - first))
    # As one number with one mask: a hundred thousand symbols take a millisecond less than each on its own.
    ones = int.from_bytes(known.word.pack(1) * (end - first), "big")
    return first, numbers((int.from_bytes(blob, "big") | ones).to_bytes(len(blob), "big"), "I", known.order)


def _has_wide_hash(view: ElfView) -> bool:
    """Whether DT_HASH has entries of eight bytes: 64-bit Alpha and s390 (elf.h, `Elf_Symndx` in glibc's sysdeps)."""
    return view.layout.bits == 64 and view.layout.machine in (22, 0x9026)


def _room(view: ElfView) -> int:
    """How many symbols fit before the next table, which linkers put right behind them."""
    start = view.layout.values[Tag.SYMTAB]
    offset, end = view.run(start)
    following = [view.layout.values[tag] for tag in NEIGHBOURS if view.layout.values.get(tag, 0) > start]
    room = min([end - offset, *(address - start for address in following)])
    return room // view.layout.structs.symbol.size
