"""What inflates Deflate streams: Python's own zlib, or zlib-ng where it is installed (`wontload[fast]`).

Both give the same bytes of a sound stream, by the same interface, and zlib-ng takes half of the time. Nothing needs it:
where it is not installed, or does not load itself, zlib does the work.
"""

from __future__ import annotations

import zlib
from typing import Any

WINDOW_BITS = -15  # a bare stream, as archives have it, with the largest window that there is

taken: Any = zlib
try:
    from zlib_ng import zlib_ng

    taken = zlib_ng
except Exception:  # a native module can fail in more ways than not to be there
    pass

Damaged: tuple[type[Exception], ...] = (zlib.error, taken.error)


def new_inflater(dictionary: bytes = b"") -> Any:
    """A `zlib.decompressobj` for a bare stream, which may refer back to `dictionary`. It raises one of `Damaged`."""
    return taken.decompressobj(WINDOW_BITS, zdict=dictionary) if dictionary else taken.decompressobj(WINDOW_BITS)


def crc32(data: bytes, before: int = 0) -> int:
    """The checksum of `data`, going on from that of what was before."""
    found: int = taken.crc32(data, before)
    return found
