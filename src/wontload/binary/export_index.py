"""Looking up names among an image's exports, of which a user asks for a few: `ExportIndex`.

Source: glibc elf/dl-lookup.c (`dl_new_hash`) for the hash of DT_GNU_HASH, which has no specification.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from operator import mul
from typing import Protocol, TypeAlias

from wontload.binary.entries import Symbol

HASH_START, HASH_FACTOR, HASH_MASK = 5381, 33, 0xFFFFFFFF
PIECE_BYTES = 256
# 33 to the power of 255, 254 … 0, modulo 2^32: the weight of each byte of a piece.
WEIGHTS = tuple(pow(HASH_FACTOR, PIECE_BYTES - 1 - at, 1 << 32) for at in range(PIECE_BYTES))
# By name: the versions in which it is exported; `None` among them for one without a version.
Versions: TypeAlias = "tuple[str | None, ...]"


class ExportIndex(Protocol):
    """ELF: an image's exports, to be asked for single names. All raise `MalformedImage`."""

    def versions(self, name: str) -> Versions:
        """The versions in which a name is exported, `None` for one without a version; empty when it is not."""

    def answers(self, name: str, version: str | None) -> bool:
        """Whether a reference to a name finds it in this version; `None`: a reference that asks for no version."""

    def defined(self, wanted: Mapping[int, Symbol]) -> list[int]:
        """Keys of those symbols that are exported in the version wanted, if any is.

        Args:
            wanted: symbols by `key_of` their names.
        """


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
    """The exports of an image whose tables are in memory, or have no GNU hash table.

    Which of the versions is the default one is not known of them: a reference without a version finds any.

    Args:
        exported: all of it.
    """

    def __init__(self, exported: Mapping[str, Versions]) -> None:
        self._exported = exported
        self._keys = dict.fromkeys(map(key_of, exported)).keys()

    def versions(self, name: str) -> Versions:
        """See `ExportIndex`."""
        return self._exported.get(name, ())

    def answers(self, name: str, version: str | None) -> bool:
        """See `ExportIndex`."""
        return does_answer(self.versions(name), version)

    def defined(self, wanted: Mapping[int, Symbol]) -> list[int]:
        """See `ExportIndex`."""
        hits = [(key, wanted[key]) for key in wanted.keys() & self._keys]
        return satisfied(hits, {symbol.name or "": self._exported.get(symbol.name or "", ()) for _, symbol in hits})


def satisfied(hits: list[tuple[int, Symbol]], found: Mapping[str, Versions], old: Collection[str] = ()) -> list[int]:
    """Keys of those symbols that are exported in the version wanted.

    Args:
        hits: key and symbol. found: of each, the versions that there are.
        old: names that no reference without a version finds.
    """
    return [
        key
        for key, (name, _, version, _) in hits
        if does_answer(found[name or ""], version) and (version is not None or name not in old)
    ]


def does_answer(versions: Versions, version: str | None) -> bool:
    """Whether one of the versions of a name will do for a reference; for one without a version, any does."""
    return version in versions if version is not None else bool(versions)
