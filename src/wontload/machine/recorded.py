"""A recorded disk: its parts as far as they are known, and recorded answers where these parts answer otherwise."""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Collection, Hashable, Iterable, Mapping
from types import ModuleType

from wontload.binary import Image
from wontload.machine.files import Files, Kind


class RecordedFiles:
    """`under`, with listings in the order of the disk and with recorded answers before its own.

    Args:
        under: the disk as far as its parts tell.
        listings: names in a directory, in order; those of which nothing else is known may be files or directories.
        kinds, reals: answers by path. same: paths of one and the same file, such as hard links.
    """

    def __init__(
        self,
        under: Files,
        *,
        windows: bool,
        listings: Mapping[str, Iterable[str]],
        kinds: Mapping[str, Kind],
        reals: Mapping[str, str],
        same: Iterable[Iterable[str]],
    ) -> None:
        self._under = under
        self._windows = windows
        self._path: ModuleType = ntpath if windows else posixpath
        self._listings = {self._key(path): tuple(names) for path, names in listings.items()}
        self._listed = {path: {self._fold(name) for name in names} for path, names in self._listings.items()}
        self._kinds = {self._key(path): kind for path, kind in kinds.items()}
        self._reals = {self._key(path): real for path, real in reals.items()}
        self._same = {self._key(path): number for number, paths in enumerate(same) for path in paths}

    def kind(self, path: str) -> Kind:
        """See `Files.kind`."""
        key = self._key(path)
        if key in self._kinds:
            return self._kinds[key]
        found = self._under.kind(path)
        return Kind.UNKNOWN if found is Kind.ABSENT and self._may_be_there(path) else found

    def listing(self, path: str) -> Collection[str] | None:
        """See `Files.listing`."""
        for key in (self._key(path), self._key(self._under.real(path))):
            if key in self._listings:
                return self._listings[key]
        return self._under.listing(path)

    def image(self, path: str) -> Image:
        """See `Files.image`."""
        return self._under.image(path)

    def text(self, path: str) -> bytes | None:
        """See `Files.text`."""
        return self._under.text(path)

    def real(self, path: str) -> str:
        """See `Files.real`."""
        return self._reals.get(self._key(path)) or self._under.real(path)

    def identity(self, path: str) -> Hashable:
        """See `Files.identity`."""
        number = self._same.get(self._key(path))
        return self._under.identity(path) if number is None else ("same", number)

    def _may_be_there(self, path: str) -> bool:
        """Whether a listing has the name, or that of a directory above it, and nothing more was recorded of that."""
        path = self._under.real(path).rstrip("\\/" if self._windows else "/")
        while True:
            parent, name = self._path.split(path)
            if self._fold(name) in self._listed.get(self._key(parent), ()):
                return True
            if parent == path or self._under.kind(parent) is not Kind.ABSENT:
                return False
            path = parent

    def _key(self, path: str) -> str:
        """As `MemoryFiles` compares paths."""
        if self._windows:
            return ntpath.normpath(path.removeprefix("\\\\?\\")).rstrip("\\").lower()
        return posixpath.normpath(path)

    def _fold(self, name: str) -> str:
        return name.lower() if self._windows else name
