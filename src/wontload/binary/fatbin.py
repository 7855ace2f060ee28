"""CUDA fat binaries: containers that stand one behind the other, each with code for several GPUs.

NVIDIA publishes no description. The fields were found by others (github.com/n-eiling/cuda-fatbin-decompression,
github.com/jiegec/fatbinary, both for CUDA 10 to 12) and by us: files that nvcc 13.0 made for known targets, with every
`--compress-mode`, and the fatbins of real wheels from CUDA 11.8 to 13.2, against what `cuobjdump` 12.8 says of them.
tests/binary/test_gpu_code.py repeats that comparison where there is a cuobjdump.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from wontload.binary.gpu_code import CodeContainer, CodeKind, DeviceCode
from wontload.binary.source import IN_ONE_PIECE, Source

FATBIN_MAGIC = b"\x50\xed\x55\xba"  # 0xBA55ED50
# Magic, version, size of this header, size of what follows.
FATBIN_HEADER = struct.Struct("<4sHHQ")
FATBIN_VERSION = 1
# Kept: kind, header size, stored size with padding, compressed size, version (minor, major), SM number, flags,
# uncompressed size. Skipped: where compiler options and the source's name lie, and what nobody knows.
ENTRY_HEADER = struct.Struct("<H2xIQI4xHHI8xQ8xQ")
KINDS = {1: CodeKind.PTX, 2: CodeKind.CUBIN, 8: CodeKind.LTO}

FLAG_64_BITS = 0x1
FLAG_DEBUG = 0x2
HOSTS, HOST_MASK = {0x10: "linux", 0x20: "macos", 0x40: "windows"}, 0x70
FLAG_LZ4, FLAG_ZSTD = 0x2000, 0x8000
# Seen: the first for `sm_90a` and `sm_100a` in wheels of torchao and from nvcc 13.0, the second for its `sm_100f`.
FLAG_THIS_ARCHITECTURE, FLAG_FAMILY = 0x100000, 0x200000

# cubins are ELF files. EI_ABIVERSION says where in e_flags the SM number and `a` stand: LLVM, BinaryFormat/ELF.h,
# EF_CUDA_*. ptxas 13 leaves the mark for `a` away (seen), so what a fatbin says of its entry counts for more.
EM_CUDA = 190
CUBIN_FLAGS = {7: (0, 0x800), 8: (8, 0x8)}

# What is searched at once: little at first, since a window is a copy.
FIRST_WINDOW_BYTES, LARGEST_WINDOW_BYTES = 64, 1 << 20


def read_fatbins(source: Source, section: str, offset: int, size: int) -> Iterator[CodeContainer]:
    """The fatbins from `offset` on, within `size` bytes. Raises `MalformedImage`.

    Each header says where the next one lies. Between them stand zeros that a linker put there; whatever else stands
    there is passed over, up to the next header.
    """
    end = offset + size
    at = find(source, FATBIN_MAGIC, offset, end)
    while at is not None:
        source.spend(1)
        if at + FATBIN_HEADER.size > end:
            raise source.corrupt("a fatbin's header runs off its section", at)
        _, version, header_size, content_size = source.unpack(FATBIN_HEADER, at)
        if version != FATBIN_VERSION or header_size < FATBIN_HEADER.size:  # these four bytes may be anything
            at = find(source, FATBIN_MAGIC, at + 4, end)
            continue
        stop = at + header_size + content_size
        if stop > end:
            raise source.corrupt(f"a fatbin of {content_size} bytes runs off its section", at)
        codes = tuple(_entries(source, at + header_size, stop, "rel" in section))
        yield CodeContainer("fatbin", section, at, stop - at, version, codes)
        at = find(source, FATBIN_MAGIC, stop, end)


def _entries(source: Source, at: int, end: int, is_relocatable: bool) -> Iterator[DeviceCode]:
    data, shortest = source.data, ENTRY_HEADER.size
    unpack: Callable[[Any, int], tuple[Any, ...]] = ENTRY_HEADER.unpack_from
    if not isinstance(data, IN_ONE_PIECE):

        def unpack(_: Any, at: int) -> tuple[Any, ...]:
            return source.unpack(ENTRY_HEADER, at)

    while at < end:
        if at + shortest > end:
            raise source.corrupt("an entry's header runs off its fatbin", at)
        number, header_size, stored, compressed, minor, major, arch, flags, size = unpack(data, at)
        start = at + header_size
        if header_size < shortest or start + stored > end:
            raise source.corrupt(f"an entry of {stored} bytes runs off its fatbin", at)
        source.spend(1)
        at = start + stored
        kind, target, capability, suffix, compression, host, bits, is_debug = _traits(number, arch, flags)
        if compression:
            stored = min(compressed, stored)
        else:
            size = stored
        version = (major, minor)
        yield DeviceCode(
            kind,
            target,
            capability,
            suffix,
            version,
            start,
            stored,
            size,
            compression,
            host,
            bits,
            is_debug,
            is_relocatable,
        )


@lru_cache(maxsize=1024)
def _traits(number: int, arch: int, flags: int) -> tuple[CodeKind, str, tuple[int, int], str, str, str, int, bool]:
    """What three fields say; in a library of ten thousand entries they hardly vary."""
    kind = KINDS.get(number, CodeKind.OTHER)
    suffix = "a" if flags & FLAG_THIS_ARCHITECTURE else "f" if flags & FLAG_FAMILY else ""
    return (
        kind,
        f"{'sm' if kind is CodeKind.CUBIN else 'compute'}_{arch}{suffix}",
        divmod(arch, 10),
        suffix,
        "zstd" if flags & FLAG_ZSTD else "lz4" if flags & FLAG_LZ4 else "",
        HOSTS.get(flags & HOST_MASK, ""),
        64 if flags & FLAG_64_BITS else 32,
        bool(flags & FLAG_DEBUG),
    )


def bare_cubin(source: Source, abi_version: int, flags: int, bits: int) -> CodeContainer:
    """A file that is one cubin: its ELF header says for which GPU."""
    shift, mark = CUBIN_FLAGS.get(abi_version, CUBIN_FLAGS[8])
    arch, suffix = flags >> shift & 0xFF, "a" if flags & mark else ""
    code = DeviceCode(
        CodeKind.CUBIN,
        f"sm_{arch}{suffix}",
        divmod(arch, 10),
        suffix,
        stored_bytes=source.size,
        size_bytes=source.size,
        bits=bits,
    )
    return CodeContainer("bare", "", 0, source.size, abi_version, (code,))


def find(source: Source, magic: bytes, at: int, end: int) -> int | None:
    """Where `magic` stands next, wholly before `end`; looked for at `at` first, where it nearly always is."""
    size = FIRST_WINDOW_BYTES
    while at + len(magic) <= end:
        window = bytes(source.data[at : min(at + size, end)])
        found = window.find(magic)
        if found >= 0:
            return at + found
        at += len(window) - len(magic) + 1
        size = min(2 * size + FIRST_WINDOW_BYTES, LARGEST_WINDOW_BYTES)
    return None
