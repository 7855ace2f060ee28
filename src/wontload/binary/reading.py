"""The way in: which parser a file is for, by how it begins."""

from __future__ import annotations

import os
from dataclasses import replace

from wontload.binary.image import Image, LoadDefect
from wontload.binary.malformed import Defect, MalformedImage
from wontload.binary.origin import Buffer, File, Origin, reading
from wontload.binary.sniff import SNIFFED_BYTES, content_of
from wontload.binary.source import Source

PE_MAGIC, ELF_MAGIC = b"MZ", b"\x7fELF"
ELF64_HEADER_BYTES = 64
SECTOR_BYTES = 512
MOST_COMPLETED_BYTES = 64 << 20  # of a PE file that lacks its end, which is then held in memory


def read_image(path: str | os.PathLike[str], *, architecture: str | None = None, symbols: bool = False) -> Image:
    """Parse the file at `path`, touching only the pages of the tables it needs.

    The file is not held open: what is parsed later maps it again, and raises `MalformedImage` if it changed.

    Args:
        path: of the file.
        architecture: which slice of a fat Mach-O file, in the spelling of `Image.architecture`; the first without one.
        symbols: parse symbols now, in one go, rather than when the image is asked for them.

    Raises:
        MalformedImage: whatever is wrong with the file, also when it cannot be opened.
    """
    file = File(os.fspath(path), in_pieces=PE_MAGIC)
    if not symbols:
        return _parse(file, architecture)
    source = file.hold()
    try:
        image = parse_source(source, file, architecture, symbols=True)
        _ = image.imports, image.exports, image.undefined  # the image keeps them
    finally:
        file.release()
    return image


def parse_image(data: bytes | memoryview, path: str, *, architecture: str | None = None) -> Image:
    """Parse a file's bytes, which the image keeps. `path` is for messages; the rest is as in `read_image`."""
    if not len(data):
        raise MalformedImage(path, Defect.EMPTY, "it is empty")
    return _parse(Buffer(data, path), architecture)


def _parse(origin: Origin, architecture: str | None) -> Image:
    return reading(origin, lambda source: parse_source(source, origin, architecture))


def parse_source(source: Source, origin: Origin, architecture: str | None, *, symbols: bool = False) -> Image:
    """The image of bytes that are open, which `origin` opens again when it is asked for more."""
    magic = bytes(source.data[:4])
    # A parser and its tables are imported when the first file of its format is met: most runs meet one.
    try:
        if magic[:2] == PE_MAGIC:
            return _parse_pe(source, origin, symbols=symbols)
        if magic == ELF_MAGIC:
            return _parse_elf(source, origin)
        from wontload.binary.macho import MACHO_MAGICS, parse_macho

        if magic in MACHO_MAGICS and (image := parse_macho(source, origin, architecture)):
            return image
    except MalformedImage as malformed:
        malformed.header = bytes(source.data[:ELF64_HEADER_BYTES])
        raise
    content, words = content_of(bytes(source.data[:SNIFFED_BYTES]))
    what = f"it is no PE, ELF or Mach-O file but {words}"
    # ELF loaders find a file too short before they look at what is in it.
    part = "ELF header" if source.size < ELF64_HEADER_BYTES else ""
    raise MalformedImage(source.path, Defect.NOT_NATIVE, what, 0, content, part)


def _parse_pe(source: Source, origin: Origin, *, symbols: bool) -> Image:
    from wontload.binary.pe import parse_pe

    try:
        return parse_pe(source, origin, symbols=symbols)
    except MalformedImage as malformed:
        missing = malformed.promised_bytes - source.size
        if malformed.part == "sections" and missing < SECTOR_BYTES and source.size <= MOST_COMPLETED_BYTES:
            malformed.read_completed = lambda: reading(origin, lambda again: _completed(again, missing))
        raise


def _parse_elf(source: Source, origin: Origin) -> Image:
    from wontload.binary.elf import parse_cut_elf, parse_elf

    def read_as(bits: int, order: str) -> Image:
        return reading(origin, lambda again: parse_elf(again, origin, (bits, order)))

    def whole_or_cut() -> Image:
        try:
            elf = parse_elf(source, origin)
        except MalformedImage as malformed:
            if malformed.part != "segments":
                raise
            return parse_cut_elf(source, malformed)
        is_odd = elf.load_defect is LoadDefect.NONE_AT_ALL or not elf.is_dynamic
        return replace(elf, read_as=read_as) if is_odd else elf

    try:
        return whole_or_cut()
    except MalformedImage as malformed:
        malformed.read_as = read_as
        raise


def _completed(source: Source, missing_bytes: int) -> Image:
    """A PE file with zeros where it ends too soon."""
    from wontload.binary.pe import parse_pe

    whole = Buffer(bytes(source.data[:]) + bytes(missing_bytes), source.path)
    return parse_pe(whole.open(), whole)
