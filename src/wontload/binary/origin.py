"""Where an image's bytes come from, now and again later: a file that is mapped anew, or a buffer that is kept.

An `Image` outlives the reading of it and parses its costly tables when they are first asked for. Holding hundreds of
files open (or mapped, which on Windows keeps them from being replaced) until then would be worse than mapping one
again, which costs some twenty microseconds.

Bytes on a disk can vanish while they are mapped, when another program cuts the file short: reading them is then a
SIGBUS, which no Python code survives. So a file is mapped for as long as one parser runs, and no longer.
"""

from __future__ import annotations

import mmap
import os
import stat
from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from wontload.binary import pages
from wontload.binary.malformed import Defect, MalformedImage
from wontload.binary.source import Data, Source

T = TypeVar("T")
# A named pipe would block for ever when opened, so nothing may (POSIX); on Windows text mode would translate.
OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
# A file up to this size is read as a whole, which takes less than mapping it or reading it in pieces.
WHOLE_BYTES = 1 << 16
# Files up to this size are left to the kernel's reading ahead.
READ_AHEAD_BYTES = 16 << 20


class Origin(Protocol):
    """Something that yields the same bytes whenever it is asked."""

    def open(self) -> Source:
        """The bytes. Raises `MalformedImage`."""

    def close(self, source: Source) -> None:
        """Let go of what `open` gave."""


def reading(origin: Origin, read: Callable[[Source], T]) -> T:
    """What `read` makes of the origin's bytes, which are let go of afterwards."""
    source = origin.open()
    try:
        return read(source)
    finally:
        origin.close(source)


def later(origin: Origin, read: Callable[[Source], T]) -> Callable[[], T]:
    """`read`, to be called when the image is asked for what it makes."""
    return partial(reading, origin, read)


class Buffer:
    """Bytes that are in memory, and stay there for as long as an image may ask for them."""

    def __init__(self, data: bytes | memoryview, path: str) -> None:
        self.data: Data = data
        self.path = path

    def open(self) -> Source:
        """The bytes, each time with a fresh account of what may be made of them."""
        return Source(self.data, self.path)

    def close(self, source: Source) -> None:
        """Nothing to let go of."""


class File:
    """A file on disk that must be the same each time it is opened: same size, same time of change.

    Args:
        path: of the file. in_pieces: files that begin like this are read in pieces and not mapped, where that can be.
        stamp: its size in bytes and its time of change in nanoseconds, where it was read before.
    """

    def __init__(self, path: str, *, in_pieces: bytes | None = None, stamp: tuple[int, int] | None = None) -> None:
        self.path = path
        self._in_pieces = in_pieces if pages.IS_SUPPORTED else None
        self._is_mapped = self._in_pieces is None
        self._stamp = stamp
        self._held: Source | None = None

    def open(self) -> Source:
        """Open the file. Raises `MalformedImage` for what cannot be read, and for what changed since the first time."""
        if self._held is not None:
            return Source(self._held.data, self.path)
        try:
            descriptor = os.open(self.path, OPEN_FLAGS)
            data: bytes | mmap.mmap | pages.Pages | None = None
            try:
                status = os.fstat(descriptor)
                self._check(status)
                if status.st_size <= WHOLE_BYTES:
                    data = self._whole(descriptor, status.st_size)
                else:
                    data = self._pages(descriptor, status.st_size) or _mapped(descriptor)
            finally:
                if not isinstance(data, pages.Pages):
                    os.close(descriptor)
            return Source(data, self.path)
        except (OSError, ValueError, OverflowError) as error:  # ValueError: a NUL in the path, or emptied just now
            raise self._unreadable(error) from error

    def close(self, source: Source) -> None:
        """Unmap the file, unless it is held."""
        if self._held is None and not isinstance(source.data, bytes):
            source.data.close()

    def hold(self) -> Source:
        """Open the file, and keep it open for several parsers in a row, until `release`."""
        self._held = source = self.open()
        return source

    def release(self) -> None:
        """Let go of what is held."""
        held, self._held = self._held, None
        if held is not None:
            self.close(held)

    def _whole(self, descriptor: int, size: int) -> bytes:
        data = os.read(descriptor, size)
        if len(data) < size:
            raise self._changed()
        return data

    def _pages(self, descriptor: int, size: int) -> pages.Pages | None:
        if self._is_mapped or self._in_pieces is None:
            return None
        # As with a map (`_mapped`): a kernel reads ahead, which is too much of a file of which little is read.
        if size > READ_AHEAD_BYTES and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_RANDOM)
        start = pages.read_start(descriptor)
        self._is_mapped = not start.startswith(self._in_pieces)
        return None if self._is_mapped else pages.Pages(descriptor, self.path, size, start)

    def _check(self, status: os.stat_result) -> None:
        stamp = (status.st_size, status.st_mtime_ns)
        if self._stamp not in (None, stamp):
            raise self._changed()
        self._stamp = stamp
        if stat.S_ISDIR(status.st_mode):
            raise self._directory()
        if stat.S_ISCHR(status.st_mode) and status.st_rdev == os.stat(os.devnull).st_rdev:
            raise MalformedImage(self.path, Defect.EMPTY, "it leads to the null device, which is empty")
        if not stat.S_ISREG(status.st_mode):
            raise MalformedImage(self.path, Defect.NOT_NATIVE, "it is no file but a device or pipe", content="unknown")
        if not status.st_size:
            raise MalformedImage(self.path, Defect.EMPTY, "it is empty")

    def _unreadable(self, error: Exception) -> MalformedImage:
        if os.path.isdir(self.path):  # Windows does not even open one
            return self._directory()
        what = getattr(error, "strerror", None) or str(error)
        return MalformedImage(self.path, Defect.UNREADABLE, f"it could not be opened: {what}")

    def _changed(self) -> MalformedImage:
        return MalformedImage(self.path, Defect.UNREADABLE, "it changed while it was being read")

    def _directory(self) -> MalformedImage:
        return MalformedImage(self.path, Defect.NOT_NATIVE, "it is a directory", content="directory")


def _mapped(descriptor: int) -> mmap.mmap:
    mapped = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    # A kernel reads ahead, up to megabytes around each page that is touched: too much of a file of which little is.
    if len(mapped) > READ_AHEAD_BYTES and hasattr(mmap, "MADV_RANDOM"):
        mapped.madvise(mmap.MADV_RANDOM)
    return mapped
