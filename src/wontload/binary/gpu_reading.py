"""The way in: all GPU code of a file, listed from its headers; and the bytes of one piece, when they are asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wontload.binary.amd import BUNDLE_MAGICS, EM_AMDGPU, bare_code_object, read_bundles
from wontload.binary.elf_layout import ELF_MAGIC
from wontload.binary.fatbin import EM_CUDA, FATBIN_MAGIC, bare_cubin, read_fatbins
from wontload.binary.gpu_code import CodeContainer, DeviceCode, GpuCode
from wontload.binary.gpu_sections import AMD_SECTIONS, Part, elf_parts, macho_parts, pe_parts, read_elf_header
from wontload.binary.lz4 import lz4_start
from wontload.binary.macho_layout import MACHO_MAGICS
from wontload.binary.malformed import Defect, MalformedImage, NotReached
from wontload.binary.origin import Buffer, File, Origin, reading
from wontload.binary.sniff import SNIFFED_BYTES, content_of
from wontload.binary.source import Source
from wontload.binary.zstd import zstd_start

DECOMPRESS = {"lz4": lz4_start, "zstd": zstd_start}
# LZ4 and Zstandard may store little more than what they are given, and must not be handed a whole file for a line.
COMPRESSED_SLACK_BYTES = 1 << 18


def read_gpu_code(path: str | os.PathLike[str]) -> GpuCode:
    """List the GPU code of a library or program (PE, ELF, Mach-O), or of a fatbin, cubin, bundle or code object.

    Headers alone are read, each of which says where the next one is: a library of 700 MB takes a few hundredths of a
    second. Only the tables of compressed AMD bundles are decompressed, as far as they reach.

    Raises:
        MalformedImage: whatever is wrong with the file, also when it cannot be opened. A file without GPU code is
            nothing wrong, and gives an empty `GpuCode`.
    """
    return reading(File(os.fspath(path)), list_gpu_code)


def parse_gpu_code(data: bytes | memoryview, path: str) -> GpuCode:
    """The same of bytes. `path` is for messages."""
    if not len(data):
        raise MalformedImage(path, Defect.EMPTY, "it is empty")
    return reading(Buffer(data, path), list_gpu_code)


def list_gpu_code(source: Source) -> GpuCode:
    """The same of an open file. Raises `MalformedImage`."""
    return GpuCode(tuple(containers_of(source)))


def read_device_code(path: str | os.PathLike[str], code: DeviceCode, most_bytes: int) -> bytes:
    """The first bytes of one piece of `read_gpu_code`, decompressed: a PTX begins with its version and target.

    Raises `MalformedImage`, also for a piece that has no place of its own (in a compressed bundle).
    """
    return _device_code(File(os.fspath(path)), code, most_bytes)


def _device_code(origin: Origin, code: DeviceCode, most_bytes: int) -> bytes:
    def read(source: Source) -> bytes:
        if code.stored_bytes is None:
            raise source.corrupt("a piece of GPU code in a compressed bundle has no place of its own", code.offset)
        decompress = DECOMPRESS.get(code.compression)
        limit = min(most_bytes, code.size_bytes)
        enough = limit + (COMPRESSED_SLACK_BYTES if decompress else 0)
        data = source.bytes_at(code.offset, min(code.stored_bytes, enough))
        try:
            return decompress(data, limit) if decompress else data
        except ValueError as error:
            raise source.corrupt(f"a piece of GPU code cannot be decompressed: {error}", code.offset) from error

    return reading(origin, read)


def containers_of(source: Source, *, most_bytes: int | None = None) -> Iterator[CodeContainer]:
    """The containers one by one, each read when it is asked for.

    Args:
        most_bytes: of an archive's member, how many packed bytes may be inflated to come to a section of them.

    Raises:
        MalformedImage: whatever is wrong with the file. NotReached: a section lies further in than that.
    """
    magic = bytes(source.data[:4])
    if magic == ELF_MAGIC:
        header = read_elf_header(source)
        if header.machine == EM_CUDA:
            yield bare_cubin(source, header.abi_version, header.flags, header.bits)
        elif header.machine == EM_AMDGPU:
            yield bare_code_object(source, header.os_abi, header.abi_version, header.flags, header.bits)
        else:
            yield from _of_parts(source, elf_parts(source, header), most_bytes)
    elif magic[:2] == b"MZ":
        yield from _of_parts(source, pe_parts(source), most_bytes)
    elif magic in MACHO_MAGICS:
        yield from _of_parts(source, macho_parts(source), most_bytes)
    elif magic == FATBIN_MAGIC or magic in {one[:4] for one in BUNDLE_MAGICS}:
        yield from _of_parts(source, iter((Part("", 0, source.size),)))
    else:
        content, words = content_of(bytes(source.data[:SNIFFED_BYTES]))
        raise MalformedImage(source.path, Defect.NOT_NATIVE, f"it holds no native code but is {words}", 0, content)


def _of_parts(source: Source, parts: Iterator[Part], most_bytes: int | None = None) -> Iterator[CodeContainer]:
    seen = set()  # nothing stops a file from naming one place a thousand times
    for section, offset, size in parts:
        if (offset, size) in seen:
            continue
        seen.add((offset, size))
        if most_bytes is not None and (further := source.distance(offset)) > most_bytes:
            raise NotReached(source.path, further)
        if section not in AMD_SECTIONS:
            yield from read_fatbins(source, section, offset, size)
        if section in AMD_SECTIONS or not section:
            yield from read_bundles(source, section, offset, size)
