"""`elf(...)`: a small ELF file made on the spot. See `tests/support/images.py`."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.support.blob import Blob, Strings

ELF_MACHINE = {"x86": 3, "x86_64": 62, "arm": 40, "aarch64": 183, "riscv64": 243, "ppc64le": 21, "s390x": 22}
# The relocation that fills an address in: R_386_GLOB_DAT, R_X86_64_GLOB_DAT, R_ARM_GLOB_DAT and so on.
FILLED_IN = {3: 6, 62: 6, 40: 21, 183: 1025, 243: 2, 21: 38, 22: 10}
NARROW, BIG_ENDIAN = {"x86", "arm"}, {"s390x"}
DT_NEEDED, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_SYMENT, DT_SONAME, DT_RPATH = 1, 4, 5, 6, 10, 11, 14, 15
DT_RUNPATH, DT_FLAGS_1, DT_VERSYM = 29, 0x6FFFFFFB, 0x6FFFFFF0
DT_VERDEF, DT_VERDEFNUM, DT_VERNEED, DT_VERNEEDNUM = 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_GNU_STACK = 1, 2, 3, 0x6474E551


@dataclass
class _File:
    """What grows while a file is made."""

    order: str
    bits: int
    machine: int
    blob: Blob = field(default_factory=lambda: Blob(0))
    strings: Strings = field(default_factory=Strings)
    dynamic: list[tuple[int, int]] = field(default_factory=list)

    def pack(self, layout: str, *values: int) -> bytes:
        """`struct.pack` in this file's byte order; `W` is a number as wide as an address."""
        return struct.pack(self.order + layout.replace("W", "I" if self.bits == 32 else "Q"), *values)


def elf(
    *,
    needed: Iterable[str] = (),
    soname: str | None = None,
    rpath: str | None = None,
    runpath: str | None = None,
    undefined: Iterable[str | tuple[str, str, str]] = (),
    exports: Iterable[str | tuple[str, str]] = (),
    versions_needed: Iterable[tuple[str, str]] = (),
    versions_defined: Iterable[str] = (),
    machine: str | int = "x86_64",
    elf_type: int = 3,
    flags_1: int = 0,
    interpreter: str | None = None,
    executable_stack: bool | None = False,
    os_abi: int = 0,
    padding_bytes: int = 0,
) -> bytes:
    """A shared object with one segment, in which everything lies at the address that is its offset.

    Args:
        rpath, runpath: as in the file, with colons.
        undefined: symbols that others must define, each with a relocation that binds it at load time: a name, or
            (name, library, version).
        exports: symbols that it defines: a name, or (name, version).
        versions_needed: further (library, version). versions_defined: the first is the file's own name, by custom.
        machine: an architecture's name, or the number for the header (then 64 bits, little-endian).
        elf_type: 3 for a shared object or a position-independent executable, 2 for an executable.
        executable_stack: what PT_GNU_STACK says; `None` leaves it out.
        padding_bytes: zeros at the end of the segment.
    """
    number = ELF_MACHINE[machine] if isinstance(machine, str) else machine
    file = _File(">" if machine in BIG_ENDIAN else "<", 32 if machine in NARROW else 64, number)
    segment_count = 2 + (executable_stack is not None) + (interpreter is not None)
    file.blob.put(bytes(_headers_size(file, segment_count)))
    segments = []
    if interpreter is not None:
        segments.append((PT_INTERP, 4, file.blob.put(interpreter.encode() + b"\0"), len(interpreter) + 1))
    file.dynamic += [(DT_NEEDED, file.strings.add(one)) for one in needed]
    texts = ((DT_SONAME, soname), (DT_RPATH, rpath), (DT_RUNPATH, runpath))
    file.dynamic += [(tag, file.strings.add(text)) for tag, text in texts if text is not None]
    _add_symbols(file, undefined, exports, versions_needed, versions_defined)
    if flags_1:
        file.dynamic.append((DT_FLAGS_1, flags_1))
    file.dynamic += [(DT_STRTAB, file.blob.put(bytes(file.strings.data))), (DT_STRSZ, len(file.strings.data))]
    entries = b"".join(file.pack("WW", tag, value) for tag, value in [*file.dynamic, (0, 0)])
    dynamic_at = file.blob.put(entries)
    file.blob.put(bytes(padding_bytes))
    segments += [(PT_LOAD, 7, 0, len(file.blob.data)), (PT_DYNAMIC, 6, dynamic_at, len(entries))]
    if executable_stack is not None:
        segments.append((PT_GNU_STACK, 7 if executable_stack else 6, 0, 0))
    headers = _headers(file, elf_type, os_abi, segments)
    file.blob.data[: len(headers)] = headers
    return bytes(file.blob.data)


def _headers_size(file: _File, segment_count: int) -> int:
    return 52 + 32 * segment_count if file.bits == 32 else 64 + 56 * segment_count


def _headers(file: _File, elf_type: int, os_abi: int, segments: Sequence[tuple[int, int, int, int]]) -> bytes:
    sizes = (52, 32) if file.bits == 32 else (64, 56)
    ident = bytes((1 if file.bits == 32 else 2, 1 if file.order == "<" else 2, 1, os_abi))
    headers = b"\x7fELF" + ident.ljust(12, b"\0")
    headers += file.pack("HHIWWWIHHHHHH", elf_type, file.machine, 1, 0, sizes[0], 0, 0, *sizes, len(segments), 0, 0, 0)
    for kind, flags, at, size in segments:
        align = 0x1000 if kind == PT_LOAD else 8
        if file.bits == 32:
            headers += file.pack("IIIIIIII", kind, at, at, at, size, size, flags, align)
        else:
            headers += file.pack("IIQQQQQQ", kind, flags, at, at, at, size, size, align)
    return headers


def _add_symbols(
    file: _File,
    undefined: Iterable[str | tuple[str, str, str]],
    exports: Iterable[str | tuple[str, str]],
    versions_needed: Iterable[tuple[str, str]],
    versions_defined: Iterable[str],
) -> None:
    wanted = [one if isinstance(one, tuple) else (one, "", "") for one in undefined]
    offered = [one if isinstance(one, tuple) else (one, "") for one in exports]
    versioned = [(library, version) for _, library, version in wanted if version]
    needs = list(dict.fromkeys([*versioned, *versions_needed]))
    defined = list(dict.fromkeys([*versions_defined, *(version for _, version in offered if version)]))
    index_of = {("", version): index for index, version in enumerate(defined, start=2)}
    index_of.update({need: index for index, need in enumerate(needs, start=2 + len(defined))})
    _add_versions(file, index_of, defined, needs)
    symbols = [(name, index_of.get((library, version), 1), 0) for name, library, version in wanted]
    symbols += [(name, index_of.get(("", version), 1), 1) for name, version in offered]
    table = bytes(16 if file.bits == 32 else 24)
    for name, _, section in symbols:
        at, value = file.strings.add(name), 64 * section
        if file.bits == 32:
            table += file.pack("IIIBBH", at, value, 0, 0x12, 0, section)
        else:
            table += file.pack("IBBHQQ", at, 0x12, 0, section, value, 0)
    versym = file.pack(f"{len(symbols) + 1}H", 0, *(index for _, index, _ in symbols))
    chain = [*range(2, len(symbols) + 1), 0] if symbols else []  # all of them in one bucket, one after the other
    hashes = file.pack(f"{4 + len(chain)}I", 1, len(symbols) + 1, 1 if symbols else 0, 0, *chain)
    file.dynamic += [(DT_HASH, file.blob.put(hashes)), (DT_SYMTAB, file.blob.put(table))]
    file.dynamic.append((DT_SYMENT, 16 if file.bits == 32 else 24))
    if defined or needs:
        file.dynamic.append((DT_VERSYM, file.blob.put(versym)))
    if wanted:
        _add_relocations(file, len(wanted))


def _add_relocations(file: _File, count: int) -> None:
    """One for each of the first `count` symbols, each with a place of its own to fill in."""
    places = file.blob.put(bytes(8 * count))
    kind = FILLED_IN[file.machine]
    if file.bits == 32:
        table = b"".join(file.pack("II", places + 8 * one, (one + 1) << 8 | kind) for one in range(count))
        tags = (17, 18, 19)  # DT_REL, DT_RELSZ, DT_RELENT
    else:
        table = b"".join(file.pack("QQQ", places + 8 * one, (one + 1) << 32 | kind, 0) for one in range(count))
        tags = (7, 8, 9)  # DT_RELA, DT_RELASZ, DT_RELAENT
    file.dynamic += zip(tags, (file.blob.put(table), len(table), len(table) // count), strict=True)


def _add_versions(
    file: _File, index_of: dict[tuple[str, str], int], defined: Sequence[str], needs: Sequence[tuple[str, str]]
) -> None:
    if defined:
        table = b""
        for index, name in enumerate(defined, start=2):
            table += file.pack("HHHHIII", 1, 0, index, 1, _hash(name), 20, 28 if name != defined[-1] else 0)
            table += file.pack("II", file.strings.add(name), 0)
        file.dynamic += [(DT_VERDEF, file.blob.put(table)), (DT_VERDEFNUM, len(defined))]
    libraries = list(dict.fromkeys(library for library, _ in needs))
    table = b""
    for library in libraries:
        versions = [version for owner, version in needs if owner == library]
        following = 16 + 16 * len(versions) if library != libraries[-1] else 0
        table += file.pack("HHIII", 1, len(versions), file.strings.add(library), 16, following)
        for version in versions:
            step = 16 if version != versions[-1] else 0
            table += file.pack("IHHII", _hash(version), 0, index_of[library, version], file.strings.add(version), step)
    if table:
        file.dynamic += [(DT_VERNEED, file.blob.put(table)), (DT_VERNEEDNUM, len(libraries))]


def _hash(name: str) -> int:
    """The ELF hash function (gABI, "Hash Table"), which versions carry."""
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        value = (value ^ (value & 0xF0000000) >> 24) & 0x0FFFFFFF
    return value
