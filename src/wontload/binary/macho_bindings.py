"""Which symbols a Mach-O image binds, from what dyld itself reads: chained fix-ups, or binding opcodes.

The symbol table says the same in all files that linkers make; a stripped one may lack it.
Source: Apple, mach-o/fixup-chains.h, and mach-o/loader.h (BIND_OPCODE_*).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from wontload.binary.entries import Symbol
from wontload.binary.macho_layout import Command, Layout
from wontload.binary.source import Source, decode

# dyld_chained_fixups_header, kept: where the imports and the symbols begin, number and format of the imports, format
# of the symbols.
CHAINED_HEADER_LAYOUT = "8xIIIII"
UNCOMPRESSED = 0
# DYLD_CHAINED_IMPORT, _ADDEND and _ADDEND64: size, width in bits of the library's ordinal and where the name's offset
# begins. A bit between them says that the symbol may be absent.
CHAINED_IMPORTS = {1: (4, 8, 9), 2: (8, 8, 9), 3: (16, 16, 32)}
WEAK_LOOKUP = -3  # BIND_SPECIAL_DYLIB_WEAK_LOOKUP: coalesced C++ symbols, which the image may define itself
MOST_ULEB_BYTES = 10


class Bound(NamedTuple):
    """One symbol: `ordinal` as in n_desc of the symbol table (1 and up: a library; 0, 254, 255: all images)."""

    ordinal: int
    symbol: Symbol


def read_bound(source: Source, layout: Layout) -> list[Bound]:
    """Each symbol once, in file order; empty where the image has neither kind of information."""
    found = dict.fromkeys((*_chained(source, layout), *_opcodes(source, layout)))
    return [Bound(ordinal & 0xFF if ordinal < 0 else ordinal, symbol) for ordinal, symbol in found]


def _chained(source: Source, layout: Layout) -> Iterator[Bound]:
    command = next(layout.of(Command.DYLD_CHAINED_FIXUPS), None)
    if command is None:
        return
    start, size = layout.numbers(command, 2)
    blob = source.bytes_at(layout.slice.offset + start, size)
    header = struct.Struct(layout.order + CHAINED_HEADER_LAYOUT)
    if size < header.size:
        return
    imports, names, count, form, symbols_format = header.unpack_from(blob)
    if form not in CHAINED_IMPORTS or symbols_format != UNCOMPRESSED:
        return
    entry_size, bits, shift = CHAINED_IMPORTS[form]
    if imports + count * entry_size > size:
        raise source.corrupt("its chained fix-ups run off their table")
    source.spend(count)
    byte_order = "little" if layout.order == "<" else "big"
    width = 8 if form == 3 else 4
    for at in range(imports, imports + count * entry_size, entry_size):
        value = int.from_bytes(blob[at : at + width], byte_order)  # type: ignore[arg-type]
        ordinal = _signed(value & (1 << bits) - 1, bits)
        if ordinal != WEAK_LOOKUP:
            start = names + (value >> shift)
            end = max(blob.find(b"\0", start), start)
            source.spend(0, end - start)  # names may overlap in a hostile file
            yield Bound(ordinal, Symbol(decode(blob[start:end]), weak=bool(value >> bits & 1)))


def _signed(ordinal: int, bits: int) -> int:
    """The highest fifteen values are the special ones (fixup-chains.h, `lib_ordinal`)."""
    return ordinal - (1 << bits) if ordinal > (1 << bits) - 16 else ordinal


def _opcodes(source: Source, layout: Layout) -> Iterator[Bound]:
    command = next(layout.of(Command.DYLD_INFO, Command.DYLD_INFO_ONLY), None)
    if command is None:
        return
    # rebase, bind, weak bind, lazy bind, export: offset and size of each. What is bound weakly is coalesced.
    _, _, bind, bind_size, _, _, lazy, lazy_size, _, _ = layout.numbers(command, 10)
    for start, size, ends in ((bind, bind_size, True), (lazy, lazy_size, False)):
        source.spend(size)
        yield from _run(source.bytes_at(layout.slice.offset + start, size), ends)


def _run(program: bytes, ends: bool) -> Iterator[Bound]:
    """Run a list of opcodes, of which lazy ones (not `ends`) have a BIND_OPCODE_DONE behind each symbol."""
    at, ordinal, symbol = 0, 0, Symbol("")
    while at < len(program):
        opcode, immediate = program[at] & 0xF0, program[at] & 0x0F
        at += 1
        if opcode == 0x00 and ends:
            return
        if opcode == 0x10:
            ordinal = immediate
        elif opcode == 0x20:
            ordinal, at = _uleb(program, at)
        elif opcode == 0x30:
            ordinal = immediate - 16 if immediate else 0
        elif opcode == 0x40:
            end = max(program.find(b"\0", at), at)
            symbol, at = Symbol(decode(program[at:end]), weak=bool(immediate & 1)), end + 1
        elif opcode == 0xC0:
            at = _uleb(program, _uleb(program, at)[1])[1]
        elif opcode in (0x60, 0x70, 0x80, 0xA0) or (opcode == 0xD0 and immediate == 0):
            at = _uleb(program, at)[1]
        binds = opcode in (0x90, 0xA0, 0xB0, 0xC0)
        if binds and symbol.name and ordinal != WEAK_LOOKUP:
            yield Bound(ordinal, symbol)


def _uleb(program: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where it ends."""
    number = 0
    for index, byte in enumerate(program[at : at + MOST_ULEB_BYTES]):
        number |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return number, at + index + 1
    return number, len(program)
