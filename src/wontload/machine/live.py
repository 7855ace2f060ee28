"""The files of the computer that this runs on."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Hashable, Iterator
from typing import TYPE_CHECKING

from wontload.binary import Image, MalformedImage, read_image
from wontload.machine.files import Kind, windows_fold

if TYPE_CHECKING:
    from wontload.machine.readings import Readings

LARGEST_TEXT_BYTES = 1 << 18
CHUNK_BYTES = 1 << 20


def content_of(path: str) -> Iterator[bytes]:
    """The bytes of a file of this computer; none, or fewer, of one that cannot be read."""
    try:
        with open(path, "rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except (OSError, ValueError):
        return


class LiveFiles:
    """Each path is read once, when first asked for, and then frozen: one answer has one state of the disk under it.

    Args:
        readings: what earlier runs read of files that are still the same; it is told what this one reads.
    """

    def __init__(self, readings: Readings | None = None) -> None:
        self.readings = readings
        self._kinds: dict[str, Kind] = {}
        self._identities: dict[str, Hashable] = {}
        self._listings: dict[str, dict[str, str] | None] = {}
        self._status: dict[str, os.stat_result | OSError] = {}
        self._images: dict[Hashable, Image | MalformedImage] = {}
        self._texts: dict[str, bytes | None] = {}

    def kind(self, path: str) -> Kind:
        """See `Files.kind`. One directory listing answers for all the names in it that are absent."""
        found = self._kinds.get(path)
        if found is None:
            found = self._kinds[path] = self._kind(path)
        return found

    def _kind(self, path: str) -> Kind:
        directory, name = os.path.split(path)
        if name.strip(". "):
            names = self._names(directory)
            if names is not None and _fold(name) not in names:
                return self._kind_by_status(path) if _may_be_an_alias(name) else Kind.ABSENT
        return self._kind_by_status(path)

    def listing(self, path: str) -> Collection[str] | None:
        """See `Files.listing`."""
        names = self._names(path)
        return None if names is None else names.values()

    def image(self, path: str) -> Image:
        """See `Files.image`."""
        key = self.identity(path)
        if key not in self._images:
            try:
                self._images[key] = self._read(path)
            except MalformedImage as malformed:
                self._images[key] = malformed
        found = self._images[key]
        if isinstance(found, MalformedImage):
            again = MalformedImage(
                path, found.defect, found.what, found.offset, found.content, found.part, found.header
            )
            again.read_as, again.read_completed = found.read_as, found.read_completed
            raise again
        return found

    def _read(self, path: str) -> Image:
        status = self._stat(path) if self.readings is not None else None
        if self.readings is None or not isinstance(status, os.stat_result):
            return read_image(path)
        found = self.readings.image(path, status)
        if found is None:
            found = read_image(path)
            self.readings.keep_image(found, status)
        return found

    def text(self, path: str) -> bytes | None:
        """See `Files.text`."""
        if path not in self._texts:
            try:
                with open(path, "rb") as file:
                    self._texts[path] = file.read(LARGEST_TEXT_BYTES) if self.kind(path) is Kind.FILE else None
            except (OSError, ValueError):
                self._texts[path] = None
        return self._texts[path]

    def real(self, path: str) -> str:
        """See `Files.real`."""
        return os.path.realpath(path)

    def identity(self, path: str) -> Hashable:
        """See `Files.identity`."""
        found = self._identities.get(path)
        if found is None:
            found = self._identities[path] = self._identity(path)
        return found

    def _identity(self, path: str) -> Hashable:
        status = self._stat(path)
        if isinstance(status, OSError) or status.st_ino == 0:  # some file systems of Windows have no file index
            return os.path.normcase(os.path.realpath(path))
        return (status.st_dev, status.st_ino)

    def _kind_by_status(self, path: str) -> Kind:
        status = self._stat(path)
        if isinstance(status, PermissionError):
            return Kind.DENIED
        if isinstance(status, OSError):
            return Kind.ABSENT
        if stat.S_ISDIR(status.st_mode):
            return Kind.DIRECTORY
        return Kind.FILE

    def _stat(self, path: str) -> os.stat_result | OSError:
        found = self._status.get(path)
        if found is None:
            try:
                found = os.stat(path)
            except OSError as error:
                found = error
            except ValueError:  # a NUL in the path
                found = FileNotFoundError(path)
            self._status[path] = found
        return found

    def _names(self, path: str) -> dict[str, str] | None:
        """Folded name to spelling; `None` when it cannot be listed, which does not mean that it is empty."""
        if path not in self._listings:
            try:
                self._listings[path] = {_fold(name): name for name in os.listdir(path or ".")}
            except (OSError, ValueError):
                self._listings[path] = None
        return self._listings[path]


def _fold(name: str) -> str:
    return windows_fold(name) if os.name == "nt" else name


def _may_be_an_alias(name: str) -> bool:
    """Whether Windows may know the file by a name that the listing does not show: 8.3, trailing dots or spaces."""
    return os.name == "nt" and ("~" in name or name[-1] in ". " or ":" in name)
