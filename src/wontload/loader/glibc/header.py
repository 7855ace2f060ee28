"""What glibc checks of an ELF file's header before it takes the file as a candidate.

Source: glibc 2.36, elf/dl-load.c, `open_verify`, whose order this keeps; sysdeps/gnu/ldsodefs.h for `VALID_ELF_OSABI`
and `VALID_ELF_ABIVERSION`.
Oracle: tests/oracles/glibc/test_files.py
"""

from __future__ import annotations

import struct

from wontload.binary import Image
from wontload.machine import System

ELF_MAGIC = b"\x7fELF"
EI_CLASS, EI_DATA, EI_VERSION, EI_OSABI, EI_ABIVERSION, EI_PAD, EI_NIDENT = 4, 5, 6, 7, 8, 9, 16
ELFOSABI_SYSV, ELFOSABI_GNU = 0, 3
NEWEST_GNU_ABI = 3  # libc-abis: what the ABI version may be at most with ELFOSABI_GNU, on x86_64 and 2.36
ET_EXEC, ET_DYN = 2, 3
# By `System.architecture`: class (1: 32 bits, 2: 64), byte order (1: little, 2: big), e_machine.
EXPECTED = {
    "x86_64": (2, 1, 62),
    "x86": (1, 1, 3),
    "aarch64": (2, 1, 183),
    "arm": (1, 1, 40),
    "riscv64": (2, 1, 243),
    "ppc64le": (2, 1, 21),
    "ppc64": (2, 2, 21),
    "s390x": (2, 2, 22),
    "loongarch64": (2, 1, 258),
}
PROGRAM_HEADER_BYTES = {1: 32, 2: 56}
# Distributions whose glibc passes over a file for another machine before it looks at byte order, ABI and padding: where
# upstream ends the load over an s390x file, these go on. Tried on Debian 12; that its kin have the same is believed.
MACHINE_COMES_FIRST = ("debian", "ubuntu", "raspbian", "linuxmint", "pop", "kali", "devuan", "elementary")


def expected_of(system: System) -> tuple[int, int, int]:
    """The class, byte order and machine that a process of this system loads."""
    return EXPECTED.get(system.architecture, EXPECTED["x86_64"])


def check_header(header: bytes, system: System) -> tuple[str, str]:
    """What is wrong with a header for a process of this system, as (passed over, text).

    `passed over` says which of `class` and `machine` sends the search on; `text` what ends the load. Both are empty
    when nothing is wrong.
    """
    elf_class, byte_order, machine = expected_of(system)
    if not header.startswith(ELF_MAGIC):
        return "", "invalid ELF header"
    if header[EI_CLASS] != elf_class:
        return "class", ""
    order = "<" if byte_order == 1 else ">"
    elf_type, its_machine, version = struct.unpack_from(f"{order}HHI", header, EI_NIDENT)
    if text := _check_ident(header, byte_order):
        is_passed_over = its_machine != machine and system.version.startswith(MACHINE_COMES_FIRST)
        return ("machine", "") if is_passed_over else ("", text)
    if version != 1:
        return "", "ELF file version does not match current one"
    if its_machine != machine:
        return "machine", ""
    if elf_type not in (ET_EXEC, ET_DYN):
        return "", "only ET_DYN and ET_EXEC can be loaded"
    (entry_bytes,) = struct.unpack_from(f"{order}H", header, 54 if elf_class == 2 else 42)
    if entry_bytes != PROGRAM_HEADER_BYTES[elf_class]:
        return "", "ELF file's phentsize not the expected size"
    return "", ""


def other_class_than(system: System) -> str:
    """The class that a process of this system cannot map, by the name that messages give it."""
    return "ELFCLASS32" if expected_of(system)[0] == 2 else "ELFCLASS64"


def header_of(image: Image) -> bytes:
    """A header that says what is known of an image whose own was not kept, as in a snapshot; the rest is sound."""
    order = ">" if image.big_endian else "<"
    machines = {name: machine for name, (_, _, machine) in EXPECTED.items()}
    elf_class = 2 if image.bits == 64 else 1
    ident = ELF_MAGIC + bytes([elf_class, 2 if image.big_endian else 1, 1, image.os_abi])
    elf_type = image.elf_type or (ET_DYN if image.is_library else ET_EXEC)
    start = ident.ljust(EI_NIDENT, b"\0") + struct.pack(f"{order}HHI", elf_type, machines.get(image.architecture, 0), 1)
    at = 54 if elf_class == 2 else 42
    return (start.ljust(at, b"\0") + struct.pack(f"{order}H", PROGRAM_HEADER_BYTES[elf_class])).ljust(64, b"\0")


def _check_ident(header: bytes, byte_order: int) -> str:
    abi, version = header[EI_OSABI], header[EI_ABIVERSION]
    if header[EI_DATA] != byte_order:
        return f"ELF file data encoding not {'little' if byte_order == 1 else 'big'}-endian"
    if header[EI_VERSION] != 1:
        return "ELF file version ident does not match current one"
    if abi not in (ELFOSABI_SYSV, ELFOSABI_GNU):
        return "ELF file OS ABI invalid"
    if version > (NEWEST_GNU_ABI if abi == ELFOSABI_GNU else 0):
        return "ELF file ABI version invalid"
    if header[EI_PAD:EI_NIDENT].strip(b"\0"):
        return "nonzero padding in e_ident"
    return ""
