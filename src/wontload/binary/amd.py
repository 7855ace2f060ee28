"""AMD's GPU code: offload bundles, plain and compressed, and code objects that stand alone.

Sources: Clang, "Clang Offload Bundler" ("Bundled Code Object Layout", "Bundle Entry ID"); of compressed bundles LLVM,
include/llvm/Object/OffloadBundle.h and lib/Object/OffloadBundle.cpp; "User Guide for AMDGPU Backend", "Header".
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from wontload.binary.amd_processors import PROCESSORS
from wontload.binary.gpu_code import CodeContainer, CodeKind, DeviceCode
from wontload.binary.source import Source, decode
from wontload.binary.zstd import zstd_start

BUNDLE_MAGIC, COMPRESSED_MAGIC = b"__CLANG_OFFLOAD_BUNDLE__", b"CCOB"
BUNDLE_MAGICS = (BUNDLE_MAGIC, COMPRESSED_MAGIC)
NUMBER = struct.Struct("<Q")
ENTRY = struct.Struct("<QQQ")  # offset from the bundle's start, size, length of the ID that follows
LONGEST_ID_BYTES = 4096
# Clang aligns every bundle so (lib/CodeGen/CGCUDANV.cpp, `makeModuleCtorFunction`), and ELF code objects in bundles.
ALIGNMENT_BYTES = 4096

COMPRESSED_HEADER = struct.Struct("<4sHH")  # magic, version, method
METHODS = {0: "zlib", 1: "zstd"}
# By version: whole size and uncompressed size; a hash of 8 bytes follows. The first version leaves the whole size out.
COMPRESSED_SIZES = {1: struct.Struct("<I8x"), 2: struct.Struct("<II8x"), 3: struct.Struct("<QQ8x")}
# A bundle's table stands at its start, a hundred bytes a target: tried in turn, and of how much compressed data.
TABLE_BYTES = (2048, 1 << 16)
MOST_COMPRESSED_BYTES = 1 << 18

EM_AMDGPU = 224
OSABI_HSA = 64
ABI_V3, ABI_V4 = 1, 2  # EI_ABIVERSION of code object versions
# EF_AMDGPU_FEATURE_*: shift of the two bits that say off (2) or on (3), from code object version 4 on; the bit before.
FEATURES = (("sramecc", 10, 0x200), ("xnack", 8, 0x100))


def read_bundles(source: Source, section: str, offset: int, size: int) -> Iterator[CodeContainer]:
    """The bundles from `offset` on, within `size` bytes, each at a page's start. Raises `MalformedImage`."""
    at, end = offset, offset + size
    while at < end:
        start = bytes(source.data[at : min(at + len(BUNDLE_MAGIC), end)])
        if start == BUNDLE_MAGIC:
            bundle = _plain(source, section, at, end)
        elif start.startswith(COMPRESSED_MAGIC):
            bundle = _compressed(source, section, at, end)
        else:
            at += ALIGNMENT_BYTES
            continue
        yield bundle
        at += max(bundle.size_bytes, 1) + ALIGNMENT_BYTES - 1
        at -= (at - offset) % ALIGNMENT_BYTES


def _plain(source: Source, section: str, at: int, end: int) -> CodeContainer:
    """A bundle as it is: where its code objects end says where it ends."""
    for size in TABLE_BYTES:
        table = source.bytes_at(at, min(size, end - at))
        entries = _table(source, at, table)
        if entries is not None:
            break
    else:
        raise source.corrupt("an offload bundle's table has no end", at)
    last = max((offset + size for _, offset, size in entries), default=len(BUNDLE_MAGIC) + NUMBER.size)
    if at + last > end:
        raise source.corrupt(f"an offload bundle of {last} bytes runs off its section", at)
    codes = tuple(
        _code(name, offset=at + offset, stored_bytes=size, size_bytes=size)
        for name, offset, size in entries
        if not name.startswith("host-")
    )
    return CodeContainer("bundle", section, at, last, 0, codes)


def _compressed(source: Source, section: str, at: int, end: int) -> CodeContainer:
    _, version, number = source.unpack(COMPRESSED_HEADER, at)
    sizes, method = COMPRESSED_SIZES.get(version), METHODS.get(number)
    if sizes is None or method is None:
        raise source.corrupt(f"a compressed offload bundle has the unknown version {version} or method {number}", at)
    start = at + COMPRESSED_HEADER.size + sizes.size
    total = source.unpack(sizes, at + COMPRESSED_HEADER.size)[0] if version > 1 else end - at
    if at + total > end or at + total < start:
        raise source.corrupt(f"a compressed offload bundle of {total} bytes runs off its section", at)
    entries = _compressed_table(
        source, at, method, source.bytes_at(start, min(total + at - start, MOST_COMPRESSED_BYTES))
    )
    codes = tuple(
        _code(name, offset=at, size_bytes=size, compression=method)
        for name, _, size in entries
        if not name.startswith("host-")
    )
    # The first version does not say where it ends: the next bundle is looked for from its header on.
    return CodeContainer("compressed bundle", section, at, total if version > 1 else start - at, version, codes)


def _compressed_table(source: Source, at: int, method: str, data: bytes) -> list[tuple[str, int, int]]:
    """The bundle's table, of which no more is decompressed than it takes."""
    for size in TABLE_BYTES:
        try:
            table = zstd_start(data, size) if method == "zstd" else zlib.decompressobj().decompress(data, size)
        except (ValueError, zlib.error) as error:
            raise source.corrupt(f"an offload bundle cannot be decompressed: {error}", at) from error
        if not table.startswith(BUNDLE_MAGIC):
            break
        entries = _table(source, at, table)
        if entries is not None:
            return entries
    raise source.corrupt("what an offload bundle holds is no bundle", at)


def _table(source: Source, at: int, table: bytes) -> list[tuple[str, int, int]] | None:
    """(ID, offset, size) of each entry; `None` if `table` ends before they do."""
    position = len(BUNDLE_MAGIC) + NUMBER.size
    if len(table) < position:
        return None
    (count,) = NUMBER.unpack_from(table, len(BUNDLE_MAGIC))
    entries = []
    for _ in range(min(count, len(table))):
        if position + ENTRY.size > len(table):
            return None
        offset, size, length = ENTRY.unpack_from(table, position)
        if length > LONGEST_ID_BYTES:
            raise source.corrupt(f"an offload bundle's entry has an ID of {length} bytes", at)
        position += ENTRY.size + length
        if position > len(table):
            return None
        source.spend(1, length)
        entries.append((decode(table[position - length : position]), offset, size))
    return entries if len(entries) == count else None


def _code(
    name: str, *, offset: int, size_bytes: int, stored_bytes: int | None = None, compression: str = ""
) -> DeviceCode:
    """The code of an entry: its ID is `kind-triple-target`, where the target's name may hold dashes as well."""
    before, processor, rest = name.partition("gfx")
    target = processor + rest if processor else before.rpartition("-")[2]
    return DeviceCode(
        CodeKind.AMD if processor else CodeKind.SPIRV if "spirv" in name else CodeKind.OTHER,
        target,
        offset=offset,
        stored_bytes=stored_bytes,
        size_bytes=size_bytes,
        compression=compression,
    )


def bare_code_object(source: Source, os_abi: int, abi_version: int, flags: int, bits: int) -> CodeContainer:
    """A file that is one code object: its ELF header says for which GPU."""
    target = PROCESSORS.get(flags & 0xFF) or f"processor {flags & 0xFF:#x}"
    for feature, shift, bit in FEATURES if os_abi == OSABI_HSA else ():
        if abi_version >= ABI_V4:
            target += ("", "", f":{feature}-", f":{feature}+")[flags >> shift & 3]
        elif abi_version == ABI_V3 and flags & bit:
            target += f":{feature}+"
    code = DeviceCode(CodeKind.AMD, target, stored_bytes=source.size, size_bytes=source.size, bits=bits)
    return CodeContainer("bare", "", 0, source.size, abi_version, (code,))
