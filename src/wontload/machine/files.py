"""A machine's files, as far as a loader asks about them: one protocol, several machines behind it."""

from __future__ import annotations

import ntpath
import posixpath
import re
from collections.abc import Collection, Hashable
from enum import Enum
from functools import lru_cache
from typing import Protocol

from wontload.binary import Image

# Names of native files of any system: `x.dll`, `x.pyd`, `libx.dylib`, `libx.so`, `libx.so.1.2`, `libcrypto.so.1.1.1k`.
NATIVE_SUFFIX = re.compile(r"\.(dll|pyd|dylib|so)(\.\d[\da-z]*)*$", re.IGNORECASE)


class Kind(str, Enum):
    """What is at a path."""

    FILE = "file"
    DIRECTORY = "directory"
    ABSENT = "absent"
    DENIED = "denied"  # something is there, or may be, and may not be read
    UNKNOWN = "unknown"  # this machine is not known well enough to say: a snapshot or profile without that place


class NotKnown(Exception):
    """A file is there and nothing more is known of it (a snapshot lists it without its tables): undetermined."""


class Files(Protocol):
    """What a loader may ask of a disk. Paths are absolute, in the machine's own manner; answers never change.

    On a Windows machine paths compare without case, with either slash; on others byte for byte.
    """

    def kind(self, path: str) -> Kind:
        """What is at `path`, symbolic links followed."""

    def listing(self, path: str) -> Collection[str] | None:
        """The names in a directory, as spelled on disk; `None` when it is no directory or not known."""

    def image(self, path: str) -> Image:
        """The parsed file. Raises `MalformedImage`, also for a file that cannot be read, and `NotKnown`."""

    def text(self, path: str) -> bytes | None:
        """The bytes of a small file that loaders read as text, a manifest; `None` where there is none or not known."""

    def real(self, path: str) -> str:
        """`path` with its symbolic links resolved; itself where nothing is known of links."""

    def identity(self, path: str) -> Hashable:
        """Equal for two paths of one and the same file (device and inode, or the folded real path)."""


def windows_fold(name: str) -> str:
    """The key under which two spellings of one name are equal on Windows.

    Its table pairs single letters, each capital with the small letter that leads back to it: the Kelvin sign is no K.
    Source: Microsoft, "Handling Sorting in Your Applications" (ordinal comparison by the operating system's casing
    table). Oracle: test_names.py::test_letters_that_are_no_pair
    """
    if name.isascii():
        return name.lower()
    return "".join(small if (small := letter.lower()).upper() == letter else letter for letter in name)


@lru_cache(maxsize=1 << 15)
def windows_normal(path: str) -> str:
    """`ntpath.normpath`, which away from Windows is slow, of paths that are asked about again and again."""
    return ntpath.normpath(path)


@lru_cache(maxsize=1 << 14)
def posix_normal(path: str) -> str:
    """The same of `posixpath.normpath`."""
    return posixpath.normpath(path)
