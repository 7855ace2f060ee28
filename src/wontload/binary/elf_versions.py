"""ELF symbol versions: what is needed of which library, what is defined, and the names of the version indexes.

Source: "ELF Symbol Versioning" (Drepper) and the LSB, "Symbol Versioning".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from wontload.binary.elf_layout import ElfView, Tag
from wontload.binary.entries import VersionNeeded

VER_FLG_WEAK = 2
INDEX_MASK = 0x7FFF  # the top bit marks a definition that is not the default one


class Versions(NamedTuple):
    """The versions of one file.

    Attributes:
        needed: in file order.
        defined: in file order. The first is the file's own name (VER_FLG_BASE).
        names: by the index that DT_VERSYM has for each symbol. 0 (local) and 1 (global) have none.
    """

    needed: tuple[VersionNeeded, ...]
    defined: tuple[str, ...]
    names: dict[int, str]


def read_versions(view: ElfView) -> Versions:
    """Read what is needed and what is defined."""
    needed, defined = list(needs(view)), list(definitions(view))
    names = {index: name for index, name in defined if index > 1}
    names.update((index, need.version) for index, need in needed)
    return Versions(tuple(need for _, need in needed), tuple(name for _, name in defined), names)


def needs(view: ElfView) -> Iterator[tuple[int, VersionNeeded]]:
    """Yield (version index, need)."""
    # vn_version, vn_cnt, vn_file, vn_aux, vn_next; vna_hash, vna_flags, vna_other, vna_name, vna_next
    entry = struct.Struct(view.layout.structs.order + "HHIII")
    auxiliary = struct.Struct(view.layout.structs.order + "IHHII")
    for offset, (_, count, file, first, _) in _chain(view, Tag.VERNEED, entry):
        library = view.string(file)
        at = offset + first
        for _ in range(count):
            _, flags, index, name, following = view.source.unpack(auxiliary, at)
            yield index & INDEX_MASK, VersionNeeded(library, view.string(name), bool(flags & VER_FLG_WEAK))
            if not following:
                break
            at += following


def definitions(view: ElfView) -> Iterator[tuple[int, str]]:
    """Yield (version index, name)."""
    # vd_version, vd_flags, vd_ndx, vd_cnt, vd_hash, vd_aux, vd_next; vda_name, vda_next
    entry = struct.Struct(view.layout.structs.order + "HHHHIII")
    auxiliary = struct.Struct(view.layout.structs.order + "II")
    for offset, (_, _, index, count, _, first, _) in _chain(view, Tag.VERDEF, entry):
        if count:
            name, _ = view.source.unpack(auxiliary, offset + first)  # those that follow are its parents' names
            yield index & INDEX_MASK, view.string(name)


def _chain(view: ElfView, tag: int, entry: struct.Struct) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield (offset in the file, fields) of each entry; the last field leads to the next, 0 ends.

    Loaders do not ask for the number of entries (DT_VERNEEDNUM) either. Steps lead forward, so this ends.
    """
    address = view.layout.values.get(tag)
    if address is None:
        return
    offset, _ = view.run(address)
    while True:
        fields = view.source.unpack(entry, offset)
        yield offset, fields
        if not fields[-1]:
            return
        offset += fields[-1]
