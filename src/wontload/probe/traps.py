"""What the child's handler wrote of an illegal instruction, as a value: in which file it stands, and its bytes."""

from __future__ import annotations

import re
import struct

from wontload.machine.observation import IllegalInstruction
from wontload.probe.child.traps import SUFFIX

__all__ = ["LARGEST_BYTES", "SUFFIX", "read_trap"]

LARGEST_BYTES = 4 << 20  # of a memory map
HEAD = struct.Struct("<Qq16s")  # the address, how many bytes of code could be read (or an error), the code
# proc(5), /proc/pid/maps: first address, end, access, offset in the file, device, inode, path
MAPPING = re.compile(rb"([0-9a-f]{1,16})-([0-9a-f]{1,16}) \S{4} ([0-9a-f]{1,16}) \S+ \d+ *(/[^\n]*)?")


def read_trap(data: bytes) -> IllegalInstruction | None:
    """The instruction that the handler met; `None` where it wrote nothing that makes sense."""
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
