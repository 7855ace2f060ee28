"""Reading `/etc/ld.so.cache`, where ldconfig has written down which library of which name lies where.

Source of the layout: glibc, sysdeps/generic/dl-cache.h (2.33, which added the extensions; the rest is as old as 2.2).
Source of the rules of reading it: elf/dl-cache.c, `_dl_load_cache_lookup`. Tried on the real one in
tests/machine/test_ld_so_cache.py, against `ldconfig -p`.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from typing import NamedTuple

OLD_MAGIC = b"ld.so-1.7.0"
OLD_HEADER = struct.Struct("=11sxI")  # magic, number of entries
OLD_ENTRY_BYTES = 12
NEW_MAGIC = b"glibc-ld.so.cache1.1"
# Kept: number of entries, byte order, where the extensions are. Skipped: size of the strings, padding, unused words.
NEW_HEADER_LAYOUT = "20sI4xB3xI12x"
NEW_ENTRY_LAYOUT = "iIII Q"  # flags, offset of the name, offset of the path, OS version, hardware capabilities
EXTENSION_MAGIC = 0xEAA42174
EXTENSION_SECTION_LAYOUT = "IIII"  # tag, flags, offset, size in bytes
TAG_GLIBC_HWCAPS = 1
# A hwcap word with bit 62 carries the index of a `glibc-hwcaps` subdirectory's name in its lower half. Bits 32 to 41
# hold an ISA level beside it.
HWCAP_EXTENSION = 1 << 62
HWCAP_ISA_LEVELS = 0x3FF << 32

# Real ones have some thousand entries of 24 bytes. What is larger than this is not read.
LARGEST_CACHE_BYTES = 16 << 20
LONGEST_STRING_BYTES = 4096  # PATH_MAX: no longer path can be opened


class CacheEntry(NamedTuple):
    """One library that ldconfig found.

    Attributes:
        name: its SONAME, or its file name when it has none.
        path: where it is.
        flags: kind of library and architecture: 0x0303 is glibc on x86_64.
        hwcaps: the `glibc-hwcaps` subdirectory that it is for; empty when it is for every CPU; `None` for the
            capability bits of glibc before 2.33, which no later one takes.
    """

    name: str
    path: str
    flags: int
    hwcaps: str | None = ""


def read_cache(data: bytes) -> tuple[CacheEntry, ...]:
    """The entries in file order.

    What is not a cache, or is cut off, gives those that can be read: for glibc too a broken cache is no error.
    """
    data = data[:LARGEST_CACHE_BYTES]
    start = _start_of_new_format(data)
    if start is None:
        return ()
    order = _byte_order(data, start)
    return tuple(_entries(data[start:], order)) if order else ()


def _start_of_new_format(data: bytes) -> int | None:
    """Where the new format begins: at once, or behind the table of the old one, aligned to 8 bytes."""
    if data.startswith(NEW_MAGIC):
        return 0
    if not data.startswith(OLD_MAGIC) or len(data) < OLD_HEADER.size:
        return None
    _, count = OLD_HEADER.unpack_from(data)
    behind = OLD_HEADER.size + count * OLD_ENTRY_BYTES
    start = (behind + 7) & ~7
    return start if data[start : start + len(NEW_MAGIC)] == NEW_MAGIC else None


def _byte_order(data: bytes, start: int) -> str:
    """`<` or `>`; empty for a header that is cut off.

    Since 2.33 the lowest two bits of the flags say it: 2 little, 3 big. 0, from older ones, means the machine's own;
    1 means invalid.
    """
    header = struct.Struct("=" + NEW_HEADER_LAYOUT)
    if len(data) < start + header.size:
        return ""
    own = "<" if sys.byteorder == "little" else ">"
    return {0: own, 1: "", 2: "<", 3: ">"}[header.unpack_from(data, start)[2] & 3]


def _entries(data: bytes, order: str) -> Iterator[CacheEntry]:
    header, entry = struct.Struct(order + NEW_HEADER_LAYOUT), struct.Struct(order + NEW_ENTRY_LAYOUT)
    _, count, _, extensions = header.unpack_from(data)
    subdirectories = _subdirectories(data, order, extensions)
    table = data[header.size : header.size + count * entry.size]
    for flags, name, path, _, capabilities in entry.iter_unpack(table[: len(table) // entry.size * entry.size]):
        name_text, path_text = _string(data, name), _string(data, path)
        if name_text and path_text:
            yield CacheEntry(name_text, path_text, flags, _hwcaps(capabilities, subdirectories))


def _hwcaps(capabilities: int, subdirectories: tuple[str, ...]) -> str | None:
    if capabilities == 0:
        return ""
    index = capabilities & 0xFFFFFFFF
    upper = capabilities & ~HWCAP_ISA_LEVELS & ~0xFFFFFFFF
    return subdirectories[index] if upper == HWCAP_EXTENSION and index < len(subdirectories) else None


def _subdirectories(data: bytes, order: str, offset: int) -> tuple[str, ...]:
    """Names of the `glibc-hwcaps` subdirectories that entries refer to by index."""
    word_pair, section = struct.Struct(order + "II"), struct.Struct(order + EXTENSION_SECTION_LAYOUT)
    if not 0 < offset <= len(data) - word_pair.size:
        return ()
    magic, count = word_pair.unpack_from(data, offset)
    if magic != EXTENSION_MAGIC:
        return ()
    for number in range(min(count, 64)):
        at = offset + word_pair.size + number * section.size
        if at + section.size > len(data):
            break
        tag, _, start, size = section.unpack_from(data, at)
        if tag == TAG_GLIBC_HWCAPS:
            block = data[start : start + min(size, 4096)]
            return tuple(_string(data, name) for (name,) in struct.iter_unpack(order + "I", block[: len(block) & ~3]))
    return ()


def _string(data: bytes, offset: int) -> str:
    """The text at an offset, up to its NUL; empty when it lies outside, has no end or is none that could be opened."""
    end = data.find(b"\0", offset, offset + LONGEST_STRING_BYTES) if offset < len(data) else -1
    return data[offset:end].decode("utf-8", "surrogateescape") if end > offset else ""
