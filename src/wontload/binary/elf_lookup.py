"""Looking names up among an ELF file's exports as loaders do: by the hash table that the linker has made for them.

A library exports thousands of names of which a user asks for a few. The GNU hash table has a hash of 31 bits for each
export; only where it matches is a name read from the file.

Source: glibc elf/dl-lookup.c (`dl_new_hash`, `do_lookup_x`, `check_match`) for DT_GNU_HASH, which has no specification.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import count
from operator import mul
from typing import TYPE_CHECKING, TypeAlias

from wontload.binary.elf_layout import ElfView, Layout, Tag
from wontload.binary.elf_symbols import NOT_EXPORTED, NOT_VISIBLE, SHN_UNDEF, gnu_table
from wontload.binary.elf_versions import INDEX_MASK
from wontload.binary.origin import Origin, reading
from wontload.binary.source import Source

if TYPE_CHECKING:
    from wontload.binary.image import ExportIndex, Image, Symbol

HASH_START, HASH_FACTOR, HASH_MASK = 5381, 33, 0xFFFFFFFF
PIECE_BYTES = 256
# 33 to the power of 255, 254 … 0, modulo 2^32: the weight of each byte of a piece.
WEIGHTS = tuple(pow(HASH_FACTOR, PIECE_BYTES - 1 - at, 1 << 32) for at in range(PIECE_BYTES))
# Versions of one name share its hash; no library has more of them than this.
MOST_OF_ONE_HASH = 1024

# By name: the versions in which it is exported; `None` among them for one without a version.
Versions: TypeAlias = "tuple[str | None, ...]"


def key_of(name: str) -> int:
    """The name's GNU hash with its lowest bit set: hash tables keep another thing in that bit."""
    return _key_of_short(name) if len(name) <= PIECE_BYTES else _key_of(name)


def _key_of(name: str) -> int:
    data = name.encode("utf-8", "surrogateescape")
    value = HASH_START
    for start in range(0, len(data), PIECE_BYTES):  # every byte: value * 33 + byte
        piece = data[start : start + PIECE_BYTES]
        weighed = sum(map(mul, piece, WEIGHTS[PIECE_BYTES - len(piece) :]))
        value = (value * pow(HASH_FACTOR, len(piece), 1 << 32) + weighed) & HASH_MASK
    return value | 1


_key_of_short = lru_cache(maxsize=1 << 16)(_key_of)  # thousands of libraries ask for the same few thousand names


class ListedExports:
    """What is exported by an image whose tables are in memory, or have no GNU hash table.

    Args:
        exported: all of it.
    """

    def __init__(self, exported: Mapping[str, Versions]) -> None:
        self._exported = exported
        self._keys = dict.fromkeys(map(key_of, exported)).keys()

    def versions(self, name: str) -> Versions:
        """See `ExportIndex`."""
        return self._exported.get(name, ())

    def defined(self, wanted: Mapping[int, Symbol]) -> list[int]:
        """See `ExportIndex`."""
        hits = [(key, wanted[key]) for key in wanted.keys() & self._keys]
        return _satisfied(hits, {symbol.name or "": self._exported.get(symbol.name or "", ()) for _, symbol in hits})


class HashedExports:
    """The same for a file, of which only those symbols are read that somebody asks for."""

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
        return _satisfied(hits, self._found)

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


def _satisfied(hits: list[tuple[int, Symbol]], found: Mapping[str, Versions]) -> list[int]:
    return [
        key for key, (name, _, version, _) in hits if (has := found[name or ""]) and (version is None or version in has)
    ]


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


def index_of(image: Image) -> ExportIndex:
    """The exports of an image, to be looked up. Raises `MalformedImage`."""
    if image.read_export_index is not None:
        return image.read_export_index()
    return ListedExports(image.export_versions)
