"""An `ExportIndex` of an ELF file, which looks names up as loaders do: by the hash table that the linker made for them.

A library exports thousands of names of which a user asks for a few. The GNU hash table has a hash of 31 bits for each
export; only where it matches is a name read from the file.

Source: glibc elf/dl-lookup.c (`do_lookup_x`, `check_match`) for DT_GNU_HASH, which has no specification.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from itertools import count

from wontload.binary.elf_layout import ElfView, Layout, Tag
from wontload.binary.elf_symbols import NOT_VISIBLE, SHN_UNDEF, STT_TLS, gnu_table
from wontload.binary.elf_versions import INDEX_MASK
from wontload.binary.entries import Symbol
from wontload.binary.export_index import Versions, does_answer, key_of, satisfied
from wontload.binary.origin import Origin, reading
from wontload.binary.source import Source

SHN_ABS = 0xFFF1
# A whole symbol but its size: name, address, info, other, section (32 bits); name, info, other, section, address (64).
ENTRY = {32: "II4xBBH", 64: "IBBHQ8x"}
# st_info of what a reference binds to: global, weak or unique; untyped, data, function, common, thread-local, IFUNC.
DEFINES = frozenset(binding << 4 | kind for binding in (1, 2, 10) for kind in (0, 1, 2, 5, STT_TLS, 10))
# What DT_VERSYM has for the first version that a library defines. Below it are 0 and 1, which stand for no version.
FIRST_VERSION = 2
# Versions of one name share its hash; no library has more of them than this.
MOST_OF_ONE_HASH = 1024


class HashedExports:
    """What a file exports, of which only those symbols are read that somebody asks for."""

    __slots__ = ("_at", "_entry", "_found", "_layout", "_more", "_old", "_origin", "_version_names")

    def __init__(self, origin: Origin, layout: Layout, version_names: Mapping[int, str], view: ElfView) -> None:
        self._origin = origin
        self._layout = layout
        self._version_names = version_names
        self._found: dict[str, Versions] = {}
        self._old: set[str] = set()  # of those found: what a reference without a version does not find
        self._entry = struct.Struct(layout.structs.order + ENTRY[layout.bits])
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

    def answers(self, name: str, version: str | None) -> bool:
        """See `ExportIndex`."""
        return does_answer(self.versions(name), version) and (version is not None or name not in self._old)

    def defined(self, wanted: Mapping[int, Symbol]) -> list[int]:
        """See `ExportIndex`."""
        hits = [(key, wanted[key]) for key in wanted.keys() & self._at.keys()]
        if unread := [(key, symbol.name or "") for key, symbol in hits if symbol.name not in self._found]:
            reading(self._origin, lambda source: self._read(source, unread))
        return satisfied(hits, self._found, self._old)

    def _read(self, source: Source, names: list[tuple[int, str]]) -> None:
        """Find the symbols of these names, each given with its key."""
        view = ElfView(source, self._layout, self._version_names)
        values, structs, data = self._layout.values, self._layout.structs, source.data
        symbols, _ = view.run(values[Tag.SYMTAB])
        versions = view.run(values[Tag.VERSYM])[0] if Tag.VERSYM in values else None
        for key, name in names:
            encoded, found, numbers = name.encode("utf-8", "surrogateescape") + b"\0", [], []
            for index in self._more.get(key) or (self._at[key],):
                start, *fields = source.unpack(self._entry, symbols + index * structs.symbol.size)
                if not _defines(*(fields if self._layout.bits == 64 else [*fields[1:], fields[0]])):
                    continue
                start += view.strings_offset
                if start + len(encoded) > view.strings_end or data[start : start + len(encoded)] != encoded:
                    continue
                number = 1 if versions is None else source.unpack(structs.half, versions + 2 * index)[0]
                numbers.append(number)
                found.append(self._version_names.get(number & INDEX_MASK))
            self._found[name] = tuple(found)
            if found and not _has_default(numbers):
                self._old.add(name)


def _defines(info: int, other: int, section: int, value: int) -> bool:
    """Whether a loader takes a symbol for a definition: one without an address is none, but for absolute ones."""
    if section == SHN_UNDEF or info not in DEFINES or other & 3 in NOT_VISIBLE:
        return False
    return bool(value) or section == SHN_ABS or info & 15 == STT_TLS


def _has_default(numbers: Sequence[int]) -> bool:
    """Whether a reference without a version finds one of these definitions, given what DT_VERSYM has for each.

    It was linked before the library had versions, and gets the first of them; else the default one.
    Source: glibc elf/dl-lookup.c, `check_match` ("No specific version is selected") and `do_lookup_x` (num_versions).
    """
    if any(number & INDEX_MASK <= FIRST_VERSION for number in numbers):
        return True
    return [number & ~INDEX_MASK for number in numbers].count(0) == 1


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
