"""An `ExportIndex` of an ELF file, which looks names up as loaders do: by the hash table that the linker made for them.

A library exports thousands of names of which a user asks for a few. The GNU hash table has a hash of 31 bits for each
export; only where it matches is a name read from the file.

Source: glibc elf/dl-lookup.c (`do_lookup_x`, `check_match`) for DT_GNU_HASH, which has no specification.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

from wontload.binary.elf_layout import ElfView, Layout, Tag
from wontload.binary.elf_symbols import NOT_EXPORTED, NOT_VISIBLE, SHN_UNDEF, gnu_table
from wontload.binary.elf_versions import INDEX_MASK
from wontload.binary.entries import Symbol
from wontload.binary.export_index import Versions, key_of, satisfied
from wontload.binary.origin import Origin, reading
from wontload.binary.source import Source

# Versions of one name share its hash; no library has more of them than this.
MOST_OF_ONE_HASH = 1024


class HashedExports:
    """What a file exports, of which only those symbols are read that somebody asks for."""

    __slots__ = ("_at", "_found", "_layout", "_more", "_origin", "_version_names")

    def __init__(self, origin: Origin, layout: Layout, version_names: Mapping[int, str], view: ElfView) -> None:
        self._origin = origin
        self._layout = layout
        self._version_names = version_names
        self._found: dict[str, Versions] = {}
        first, keys = gnu_table(view)
        view.source.spend(len(keys))
        self._at = dict(zip(keys, count(first)))  # where several symbols share a hash: the last
        self._more = _shared(view.source, keys, first, self._at) if len(self._at) < len(keys) else {}

    def versions(self, name: str) -> Versions:
        """See `ExportIndex`."""
        key = key_of(name)
        if key not in self._at:
            return ()
        if name not in self._found:
            reading(self._origin, lambda source: self._read(source, [(key, name)]))
        return self._found[name]

    def defined(self, wanted: Mapping[int, Symbol]) -> list[int]:
        """See `ExportIndex`."""
        hits = [(key, wanted[key]) for key in wanted.keys() & self._at.keys()]
        if unread := [(key, symbol.name or "") for key, symbol in hits if symbol.name not in self._found]:
            reading(self._origin, lambda source: self._read(source, unread))
        return satisfied(hits, self._found)

    def _read(self, source: Source, names: list[tuple[int, str]]) -> None:
        """Find the symbols of these names, each given with its key."""
        view = ElfView(source, self._layout, self._version_names)
        values, structs, data = self._layout.values, self._layout.structs, source.data
        symbols, _ = view.run(values[Tag.SYMTAB])
        versions = view.run(values[Tag.VERSYM])[0] if Tag.VERSYM in values else None
        for key, name in names:
            encoded, found = name.encode("utf-8", "surrogateescape") + b"\0", []
            for index in self._more.get(key) or (self._at[key],):
                start, info, other, section = source.unpack(structs.symbol, symbols + index * structs.symbol.size)
                if section == SHN_UNDEF or info in NOT_EXPORTED or other & 3 in NOT_VISIBLE:
                    continue
                start += view.strings_offset
                if start + len(encoded) > view.strings_end or data[start : start + len(encoded)] != encoded:
                    continue
                number = None if versions is None else source.unpack(structs.half, versions + 2 * index)[0] & INDEX_MASK
                found.append(None if number is None else self._version_names.get(number))
            self._found[name] = tuple(found)


def _shared(source: Source, keys: Sequence[int], first: int, last_of: Mapping[int, int]) -> dict[int, list[int]]:
    """The indexes of symbols that share a hash: one name in several versions, or names that meet by chance."""
    places = zip(count(first), keys, map(last_of.__getitem__, keys))
    shared: dict[int, list[int]] = {}
    for index, key in [(index, key) for index, key, last in places if index != last]:
        same = shared.setdefault(key, [last_of[key]])
        same.append(index)
        if len(same) > MOST_OF_ONE_HASH:
            raise source.corrupt("too many of its symbols have the same hash")
    return {key: sorted(same) for key, same in shared.items()}  # in table order
