"""What the loader makes of one file: takes it, passes it over, or gives the whole load up.

Source of the order and the texts: glibc 2.36, elf/dl-load.c: `open_verify` for what is checked while candidates are
still being sought, `_dl_map_object_from_fd` for what is checked once a file is chosen. The first kind of message opens
with the file's path, the second with the name that was asked for.
Oracle: tests/oracles/glibc/test_files.py
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from wontload.binary import Defect, Format, Image, LoadDefect, MalformedImage
from wontload.loader.glibc.header import check_header, header_of
from wontload.loader.glibc.objects import Mapped
from wontload.loader.glibc.tunables import tunable
from wontload.machine import Files, Kind, NotKnown, Process, System

ENOENT = "No such file or directory"
EACCES = "Permission denied"
ENOTDIR = "Not a directory"
ENAMETOOLONG = "File name too long"
ELOOP = "Too many levels of symbolic links"
# Other errors than "not there" and "not allowed" end the list of directories that is being searched. A directory that
# is a file counts as one that is not there.
ENDS_A_RULE = frozenset({ENAMETOOLONG, ELOOP})
LONGEST_NAME_BYTES, LONGEST_PATH_BYTES = 255, 4096  # NAME_MAX and PATH_MAX of Linux

ELF64_HEADER_BYTES = 64
KERNEL_NOT_ASKED = (2, 36)
ET_EXEC = 2
DF_1_NOOPEN = 0x40
DF_1_PIE = 0x08000000

# elf/dl-map-segments.h (DL_MAP_SEGMENTS_ERROR_MAP_SEGMENT).
NOT_MAPPED = "failed to map segment from shared object"

# What a shell says of a process that SIGBUS ended: pages behind the file's end were mapped, and then touched. glibc
# touches the dynamic section, what relocations point at, and the last page, to clear its rest. A library that was cut
# in data which nothing of this touches would load; hardly one is.
BUS_ERROR = "Bus error"
# Where the file ends within the page that its dynamic section begins in, that reads as zeros, which is no dynamic
# section: glibc then follows a null pointer (elf/dl-reloc.c, `_dl_relocate_object`, DT_STRTAB).
SEGMENTATION_FAULT = "Segmentation fault"
CRASHES = {"segments": BUS_ERROR, "dynamic section": SEGMENTATION_FAULT}


class Outcome(Enum):
    """What becomes of a candidate; the values are those of `Tried.outcome`."""

    TAKEN = "taken"
    ABSENT = "absent"
    DENIED = "denied"
    PASSED_OVER = "passed over"
    UNKNOWN = "unknown"
    ENDS = "ends the load"


@dataclass(frozen=True, slots=True)
class Look:
    """One candidate, looked at.

    Attributes:
        text: for `ENDS`: glibc's words for it. For the others: what `errno` says afterwards, nothing when it is 0.
        other_class: it was passed over for being 32-bit in a 64-bit process, or the reverse.
        crash: for `TAKEN`: mapping it ends the process, as a shell would say it; else empty.
    """

    outcome: Outcome
    text: str = ENOENT
    image: Image | None = None
    other_class: bool = False
    crash: str = ""


def look_at(path: str, files: Files, system: System) -> Look:
    """Judge the file at an absolute path."""
    kind = files.kind(path)
    if kind is Kind.ABSENT:
        return Look(Outcome.ABSENT, why_absent(path, files))
    if kind is Kind.UNKNOWN:
        return Look(Outcome.UNKNOWN)
    if kind is Kind.DENIED:
        return Look(Outcome.DENIED, EACCES)
    if kind is Kind.DIRECTORY:  # it can be opened, and then not be read
        return Look(Outcome.ENDS, "cannot read file data: Is a directory")
    try:
        return _of_image(files.image(path), system)
    except NotKnown:
        return Look(Outcome.UNKNOWN)
    except MalformedImage as malformed:
        return _of_malformed(malformed, system)


def refusal(image: Image, system: System, process: Process, main: Mapped | None, real_path: str) -> str | None:
    """Why glibc does not map a file that it chose; `None` when it does.

    On a file system that is mounted `noexec` the kernel maps nothing that can be executed: mmap(2), EPERM.
    """
    if text := _load_defect(image, system):
        return text
    if image.elf_type == ET_EXEC or (image.elf_type == 0 and not image.is_library):
        return "cannot dynamically load executable"
    if not image.is_dynamic:
        return "object file has no dynamic section"
    if system.forbids_execution(real_path):
        return NOT_MAPPED
    if image.flags_1 & DF_1_PIE and version_of(system) >= (2, 30):
        return "cannot dynamically load position-independent executable"
    if image.flags_1 & DF_1_NOOPEN:
        return "shared object cannot be dlopen()ed"
    if _wants_executable_stack(image) and not _has_executable_stack(process, main) and version_of(system) >= (2, 41):
        return "cannot enable executable stack as shared object requires: Invalid argument"
    return None


def _load_defect(image: Image, system: System) -> str:
    """Oracle: test_files.py, "no segments" and "an offset that does not fit"."""
    if image.load_defect == LoadDefect.OFFSET:
        how = "page-aligned" if version_of(system) >= (2, 35) else "properly aligned"
        return f"ELF load command address/offset not {how}"
    return "object file has no loadable segments" if image.load_defect == LoadDefect.NONE_AT_ALL else ""


def version_of(system: System) -> tuple[int, ...]:
    """The version of glibc as numbers; that of the newest when it is not known."""
    return _numbers(system.libc_version)


@lru_cache(maxsize=8)
def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2]) or (99,)


def _of_image(image: Image, system: System) -> Look:
    if image.format is not Format.ELF:
        is_short = 0 < image.size_bytes < ELF64_HEADER_BYTES
        return Look(Outcome.ENDS, "file too short" if is_short else "invalid ELF header")
    if judged := _of_header(image.header or header_of(image), system):
        return judged
    return Look(Outcome.PASSED_OVER) if asks_for_newer_kernel(image, system) else Look(Outcome.TAKEN, "", image)


def asks_kernel(system: System) -> bool:
    """Whether the glibc of this system compares what a file asks for with its kernel.

    Source: glibc 2.35, elf/dl-load.c, `open_verify` (".note.ABI-tag"); 2.36 no longer asks. Read, not tried.
    """
    return system.libc == "glibc" and bool(system.kernel) and version_of(system) < KERNEL_NOT_ASKED


def asks_for_newer_kernel(image: Image, system: System) -> bool:
    """Whether glibc passes over a file because its ABI note names a later kernel: Qt's libQt5Core has such a note."""
    if image.minimum_os is None or not asks_kernel(system):
        return False
    return (*map(int, re.findall(r"\d+", system.kernel)), 0, 0)[:3] < tuple(image.minimum_os)


def _of_malformed(malformed: MalformedImage, system: System) -> Look:
    if malformed.defect is Defect.UNREADABLE:
        return Look(Outcome.DENIED, EACCES)
    header = malformed.header
    if malformed.defect is Defect.EMPTY or malformed.part == "ELF header" or 0 < len(header) < ELF64_HEADER_BYTES:
        return Look(Outcome.ENDS, "file too short")
    if not header and malformed.defect is not Defect.NOT_NATIVE:
        return Look(Outcome.UNKNOWN)
    if judged := _of_header(header, system):
        return judged
    if malformed.part == "program headers":
        return Look(Outcome.ENDS, "cannot read file data")
    if malformed.part in CRASHES:
        return Look(Outcome.TAKEN, "", crash=CRASHES[malformed.part])
    return Look(Outcome.UNKNOWN)  # what glibc makes of broken tables depends on what they hold


def _of_header(header: bytes, system: System) -> Look | None:
    passed_over, text = check_header(header, system)
    if passed_over:
        return Look(Outcome.PASSED_OVER, other_class=passed_over == "class")
    return Look(Outcome.ENDS, text) if text else None


def why_absent(path: str, files: Files) -> str:
    """`errno` after opening what is not there."""
    encoded = path.encode("utf-8", "surrogateescape")
    if len(encoded) >= LONGEST_PATH_BYTES or max(map(len, encoded.split(b"/"))) > LONGEST_NAME_BYTES:
        return ENAMETOOLONG
    last, parent = path, posixpath.dirname(path)
    while parent not in ("", "/") and (kind := files.kind(parent)) is not Kind.DIRECTORY:
        if kind is Kind.FILE:
            return ENOTDIR
        last, parent = parent, posixpath.dirname(parent)
    return ELOOP if _leads_in_a_circle(last, files) else ENOENT  # only a directory has links in it


def _leads_in_a_circle(path: str, files: Files) -> bool:
    """Whether something that is not to be found is there all the same: links that lead to one another."""
    if files.kind(posixpath.dirname(path)) is Kind.FILE:  # `x.so/`, `x.so/..`: `real` takes them for what they are not
        return False
    siblings = files.listing(posixpath.dirname(path))
    if siblings is not None and posixpath.basename(path) not in siblings:
        return False  # nor is there any link of this name to follow
    real = files.real(path)
    # `real` goes up from a directory that is not there (`gone/..`), which no kernel does: hence the second question.
    listed = posixpath.basename(real) in (files.listing(posixpath.dirname(real)) or ())
    return listed and files.kind(posixpath.dirname(path)) is not Kind.ABSENT


def _wants_executable_stack(image: Image) -> bool:
    """Without PT_GNU_STACK the architecture's default counts, which on x86 is an executable one (stackinfo.h)."""
    if image.executable_stack is None:
        return image.architecture in ("x86_64", "x86", "arm", "s390x", "ppc64le", "ppc64")
    return image.executable_stack


def _has_executable_stack(process: Process, main: Mapped | None) -> bool:
    """The executable has asked for one, or `glibc.rtld.execstack=2` has (glibc 2.41, manual/tunables.texi)."""
    if main is not None and main.image is not None and main.image.executable_stack:
        return True
    return tunable(process, "glibc.rtld.execstack", 1, most=2) == 2
