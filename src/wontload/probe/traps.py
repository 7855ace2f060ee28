"""What the child's handler wrote of an illegal instruction, as a value: in which file it stands, and its bytes."""

from __future__ import annotations

import ntpath
import re
import struct
from collections.abc import Iterable
from dataclasses import replace

from wontload.binary import MalformedImage
from wontload.binary.origin import File, reading
from wontload.binary.pe_layout import read_layout
from wontload.machine.observation import IllegalInstruction
from wontload.probe.child.traps import SUFFIX

__all__ = ["LARGEST_BYTES", "SUFFIX", "read_trap", "read_windows_trap", "with_file"]

LARGEST_BYTES = 4 << 20  # of a memory map, or of all records
HEAD = struct.Struct("<Qq16s")  # the address, how many bytes of code could be read (or an error), the code
# proc(5), /proc/pid/maps: first address, end, access, offset in the file, device, inode, path
MAPPING = re.compile(rb"([0-9a-f]{1,16})-([0-9a-f]{1,16}) \S{4} ([0-9a-f]{1,16}) \S+ \d+ *(/[^\n]*)?")
# Windows: the head, MEMORY_BASIC_INFORMATION (of which the allocation's base is kept), UNICODE_STRING and its letters.
WINDOWS_RECORD = struct.Struct("<Qq16s8xQ32xH14x960s")


def read_trap(data: bytes) -> IllegalInstruction | None:
    """The instruction that Linux' handler met; `None` where it wrote nothing that makes sense."""
    if len(data) < HEAD.size:
        return None
    address, count, code = HEAD.unpack_from(data)
    if not 0 < count <= len(code):
        return None
    path, offset = _place(address, data[HEAD.size :])
    return IllegalInstruction(code=code[:count].hex(), path=path, offset=offset)


def _place(address: int, maps: bytes) -> tuple[str | None, int | None]:
    """The file that is mapped there and the place in it; of code that was made in memory nothing."""
    for line in maps.split(b"\n"):
        found = MAPPING.fullmatch(line)
        if found is None:
            continue
        start, end, offset = (int(one, 16) for one in found.groups()[:3])
        if start <= address < end:
            path = found[4]
            return (path.decode("utf-8", "surrogateescape"), address - start + offset) if path else (None, None)
    return None, None


def read_windows_trap(data: bytes) -> IllegalInstruction | None:
    """The last instruction that Windows' handler met; its path is the kernel's, its offset that from the image's base.

    `None` where it wrote no whole record. Those before the last one somebody else handled.
    """
    whole = len(data) // WINDOWS_RECORD.size
    if whole == 0:
        return None
    address, count, code, base, length, letters = WINDOWS_RECORD.unpack_from(data, (whole - 1) * WINDOWS_RECORD.size)
    if not 0 < count <= len(code):
        return None
    path = letters[:length].decode("utf-16-le", "replace") or None
    return IllegalInstruction(code=code[:count].hex(), path=path, offset=address - base if path else None)


def with_file(found: IllegalInstruction, known: Iterable[str]) -> IllegalInstruction:
    """A Windows instruction with the path as this process spells it, and its place in the file.

    Args:
        known: paths that were seen. The kernel's begins with a device (`\\Device\\HarddiskVolume3`), not with a drive.
    """
    if found.path is None or found.offset is None:
        return found
    end = found.path.lower()
    fitting = {one: tail for one in known if (tail := ntpath.splitdrive(one)[1].lower()) and end.endswith(tail)}
    path = max((one for one in fitting if fitting[one].startswith("\\")), key=len, default=found.path)
    return replace(found, path=path, offset=_offset_in_file(path, found.offset))


def _offset_in_file(path: str, rva: int) -> int | None:
    try:
        sections = reading(File(path), read_layout).sections
    except MalformedImage:
        return None
    return next((rva - start + place for start, end, _, place in sections if start <= rva < end), None)
