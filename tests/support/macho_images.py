"""`macho(...)` and `fat(...)`: small Mach-O files made on the spot. See `tests/support/images.py`."""

from __future__ import annotations

import struct
from collections.abc import Iterable

CPU = {"x86_64": (0x01000007, 3), "aarch64": (0x0100000C, 0), "arm64e": (0x0100000C, 2)}
LOAD, ID, WEAK, REEXPORT, LAZY, UPWARD = 0xC, 0xD, 0x80000018, 0x8000001F, 0x20, 0x80000023
RPATH, BUILD_VERSION, SEGMENT_64, SYMTAB, DYSYMTAB = 0x8000001C, 0x32, 0x19, 0x2, 0xB
TWO_LEVEL, DYNAMIC_LOOKUP = 0x80, 0xFE
CHAINED_FIXUPS = 0x80000034
ALIGNMENT = 0x4000


def macho(
    *,
    dylibs: Iterable[tuple[int, str]] = (),
    rpaths: Iterable[str] = (),
    name: str | None = None,
    machine: str = "aarch64",
    minimum_os: tuple[int, int, int] | None = None,
    padding_bytes: int = 0,
    file_type: int = 0,
    undefined: Iterable[tuple[int, str]] = (),
    chained: bool = False,
) -> bytes:
    """A dylib (a bundle without `name`) of load commands and one segment. `dylibs` are (LC_* number, install name).

    `file_type`: another number for the header (MH_DSYM is 10). `undefined` are (number of the dylib that a symbol is
    bound to, from 1, or `DYNAMIC_LOOKUP`; symbol). `chained`: it has chained fix-ups, of nothing.
    """
    commands = [_dylib(ID, name)] if name is not None else []
    commands += [_dylib(kind, path) for kind, path in dylibs]
    commands += [_command(RPATH, struct.pack("<I", 12), path) for path in rpaths]
    if minimum_os is not None:
        major, minor, patch = minimum_os
        commands.append(_command(BUILD_VERSION, struct.pack("<IIII", 1, major << 16 | minor << 8 | patch, 0, 0)))
    if chained:
        commands.append(_command(CHAINED_FIXUPS, struct.pack("<II", 0, 0)))
    entries, names, count = _symbols(undefined)
    if count:
        commands.append(_command(DYSYMTAB, struct.pack("<18I", 0, 0, 0, 0, 0, count, *(0,) * 12)))
        at = 32 + sum(map(len, commands)) + 24 + 72 + padding_bytes
        commands.append(_command(SYMTAB, struct.pack("<IIII", at, count, at + len(entries), len(names))))
    size = 32 + sum(map(len, commands)) + 72 + padding_bytes + len(entries) + len(names)
    commands.append(_command(SEGMENT_64, struct.pack("<16sQQQQIIII", b"__TEXT", 0, size, 0, size, 5, 5, 0, 0)))
    content = b"".join(commands)
    cpu, subtype = CPU[machine]
    file_type = file_type or (8 if name is None else 6)
    header = struct.pack("<IIIIIIII", 0xFEEDFACF, cpu, subtype, file_type, len(commands), len(content), TWO_LEVEL, 0)
    return header + content + bytes(padding_bytes) + entries + names


def fat(*slices: bytes) -> bytes:
    """A fat file of thin ones."""
    head, body = struct.pack(">II", 0xCAFEBABE, len(slices)), b""
    for one in slices:
        body += bytes(-len(body) % ALIGNMENT)
        cpu, subtype = struct.unpack_from("<II", one, 4)
        head += struct.pack(">IIIII", cpu, subtype, ALIGNMENT + len(body), len(one), 14)
        body += one
    return head.ljust(ALIGNMENT, b"\0") + body


def _symbols(undefined: Iterable[tuple[int, str]]) -> tuple[bytes, bytes, int]:
    """Their nlist_64 entries, the names, and how many there are."""
    entries, names, count = b"", b"\0" if undefined else b"", 0
    for ordinal, name in undefined:
        entries += struct.pack("<IBBHQ", len(names), 1, 0, ordinal << 8, 0)
        names += name.encode() + b"\0"
        count += 1
    return entries, names, count


def _dylib(kind: int, path: str) -> bytes:
    return _command(kind, struct.pack("<IIII", 24, 0, 0x10000, 0x10000), path)


def _command(kind: int, fields: bytes, text: str = "") -> bytes:
    content = fields + (text.encode() + b"\0" if text else b"")
    content += bytes(-len(content) % 8)
    return struct.pack("<II", kind, 8 + len(content)) + content
