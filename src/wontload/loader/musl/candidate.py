"""What musl makes of one file: takes it, passes it over, or gives the whole load up.

A search takes the first file that can be opened, whatever is in it. Of that file musl checks very little: not the magic
number, not the class, the byte order, the OS ABI or the machine.

Source: musl, ldso/dynlink.c: `path_open`, `map_library`; the words are those of src/errno/__strerror.h.
Oracle: tests/oracles/musl/test_files.py
"""

from __future__ import annotations

import struct

from wontload.binary import Defect, Format, Image, MalformedImage
from wontload.loader.glibc import candidate as glibc
from wontload.loader.glibc.candidate import CRASHES, EACCES, ENOENT, ENOTDIR, ET_EXEC, Look, Outcome, why_absent
from wontload.loader.glibc.header import (
    EI_CLASS,
    EI_DATA,
    EI_NIDENT,
    ET_DYN,
    PROGRAM_HEADER_BYTES,
    expected_of,
    header_of,
)
from wontload.machine import Files, Kind, NotKnown, System

NO_ERROR = "No error information"  # errno 0
EBUSY = "Resource busy"
EINVAL = "Invalid argument"
EISDIR = "Is a directory"
ELOOP = "Symbolic link loop"
ENAMETOOLONG = "Filename too long"
EPERM = "Operation not permitted"
ENOEXEC = "Exec format error"
WORDS = {ENOENT: ENOENT, ENOTDIR: ENOTDIR, glibc.ENAMETOOLONG: ENAMETOOLONG, glibc.ELOOP: ELOOP}
# Where the numbers that lead to the program headers lie: e_phentsize, by class (1: 32 bits, 2: 64).
ENTRY_SIZE_AT = {1: 42, 2: 54}


def look_at(path: str, files: Files, system: System) -> Look:
    """Judge the file at an absolute path; `text` is what `errno` says of it."""
    kind = files.kind(path)
    if kind is Kind.ABSENT:
        why = WORDS[why_absent(path, files)]
        return Look(Outcome.ENDS if why == ELOOP else Outcome.ABSENT, why)
    if kind is Kind.UNKNOWN:
        return Look(Outcome.UNKNOWN)
    if kind is Kind.DENIED:
        return Look(Outcome.DENIED, EACCES)
    if kind is Kind.DIRECTORY:  # it can be opened, and then not be read
        return Look(Outcome.ENDS, EISDIR)
    try:
        return _of_image(files.image(path), system)
    except NotKnown:
        return Look(Outcome.UNKNOWN)
    except MalformedImage as malformed:
        return _of_malformed(malformed, system)


def refusal(image: Image, main: Image | None) -> str | None:
    """Why a file that was read is not mapped: its fixed addresses are the executable's; `None` when it is."""
    fixed = image.elf_type == ET_EXEC and main is not None and main.elf_type == ET_EXEC
    return EBUSY if fixed else None


def _of_image(image: Image, system: System) -> Look:
    if image.opaque:
        return Look(Outcome.TAKEN, "", image)
    if image.format is not Format.ELF:
        return Look(Outcome.ENDS, ENOEXEC)
    if judged := _of_header(image.header or header_of(image), system):
        return _as_musl_reads_it(image, system) if judged.outcome is Outcome.UNKNOWN else judged
    if not image.is_dynamic and image.read_as is not None:  # it may have one that says it has no bytes
        return _as_musl_reads_it(image, system)
    return Look(Outcome.TAKEN, "", image) if image.is_dynamic else Look(Outcome.ENDS, ENOEXEC)


def _of_malformed(malformed: MalformedImage, system: System) -> Look:
    if malformed.defect is Defect.UNREADABLE:
        return Look(Outcome.DENIED, EACCES)
    if malformed.defect in (Defect.EMPTY, Defect.NOT_NATIVE) or malformed.part == "ELF header":
        return Look(Outcome.ENDS, ENOEXEC)
    if not malformed.header:
        return Look(Outcome.UNKNOWN)
    if judged := _of_header(malformed.header, system):
        return _as_musl_reads_it(malformed, system) if judged.outcome is Outcome.UNKNOWN else judged
    if malformed.part == "program headers" or not _entries_fit(malformed.header, system):
        return Look(Outcome.ENDS, ENOEXEC)
    if malformed.part in CRASHES:
        return Look(Outcome.TAKEN, "", crash=CRASHES[malformed.part])
    return Look(Outcome.UNKNOWN)  # what musl makes of broken tables depends on what they hold


def _as_musl_reads_it(file: Image | MalformedImage, system: System) -> Look:
    """A file that lies about its class, its byte order or the size of its dynamic section: musl asks for none of them.

    Oracle: test_files.py::test_a_file_that_lies_about_itself
    """
    elf_class, byte_order, _ = expected_of(system)
    if file.read_as is None:  # it is not at hand
        return Look(Outcome.UNKNOWN)
    try:
        image = file.read_as(64 if elf_class == 2 else 32, "<" if byte_order == 1 else ">")
    except MalformedImage as again:
        crash = CRASHES.get(again.part, "")
        return Look(Outcome.TAKEN, "", crash=crash) if crash else Look(Outcome.UNKNOWN)
    return Look(Outcome.TAKEN, "", image) if image.is_dynamic else Look(Outcome.ENDS, ENOEXEC)


def _entries_fit(header: bytes, system: System) -> bool:
    """Whether program headers are as long as musl takes them to be; else it finds no dynamic section among them."""
    elf_class, byte_order, _ = expected_of(system)
    (entry_bytes,) = struct.unpack_from("<H" if byte_order == 1 else ">H", header, ENTRY_SIZE_AT[elf_class])
    return bool(entry_bytes == PROGRAM_HEADER_BYTES[elf_class])


def _of_header(header: bytes, system: System) -> Look | None:
    """Judge a header as musl reads it: by the layout of its own class and byte order, whatever the file's are.

    A file of another class or order has other things where musl looks, never anything that leads to a dynamic section.
    Only a file that lies about itself has: `_as_musl_reads_it`.
    """
    elf_class, byte_order, _ = expected_of(system)
    order = "<" if byte_order == 1 else ">"
    if len(header) < 64 or struct.unpack_from(f"{order}H", header, EI_NIDENT)[0] not in (ET_EXEC, ET_DYN):
        return Look(Outcome.ENDS, ENOEXEC)
    if (header[EI_CLASS], header[EI_DATA]) == (elf_class, byte_order):
        return None
    return Look(Outcome.UNKNOWN) if _entries_fit(header, system) else Look(Outcome.ENDS, ENOEXEC)
