"""A machine with changes laid over its files: a proposed fix, or a file of this computer on another machine."""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Collection, Hashable, Mapping

from wontload.binary import Image
from wontload.machine.files import Files, Kind, posix_normal, windows_normal
from wontload.machine.memory import Content, MemoryFiles


class OverlayFiles:
    """What was `added` first, then `under`; `removed` paths are absent whatever `under` says.

    In `complete` directories there is nothing but what is laid over: absent, where `under` alone would not know.
    """

    def __init__(
        self,
        under: Files,
        added: Mapping[str, Content] | MemoryFiles,
        *,
        windows: bool,
        removed: Collection[str] = (),
        complete: Collection[str] = (),
    ) -> None:
        self._under = under
        self._over = added if isinstance(added, MemoryFiles) else MemoryFiles(added, windows=windows)
        self._path = ntpath if windows else posixpath
        self._windows = windows
        self._removed = {self._key(path) for path in removed}
        self._thinned = {self._key(self._path.dirname(path)) for path in removed}  # directories that lost something
        self._complete = {self._key(path) for path in complete}

    def kind(self, path: str) -> Kind:
        """See `Files.kind`."""
        over = self._over.kind(path)
        if over is Kind.FILE:
            return over
        if self._key(path) in self._removed:
            return Kind.ABSENT
        under = self._under.kind(path)
        if under is Kind.UNKNOWN and self._key(self._path.dirname(path)) in self._complete:
            return over
        return over if under in (Kind.ABSENT, Kind.UNKNOWN) and over is Kind.DIRECTORY else under

    def listing(self, path: str) -> Collection[str] | None:
        """See `Files.listing`."""
        over, under = self._over.listing(path), self._under.listing(path)
        if over is None and (under is None or self._key(path) not in self._thinned):
            return under  # as nearly all are: a system's directories hold thousands of names
        names = {name.lower() if self._windows else name: name for name in (*(under or ()), *(over or ()))}
        if self._key(path) not in self._thinned:
            return tuple(names.values())
        return tuple(name for name in names.values() if self._key(self._path.join(path, name)) not in self._removed)

    def image(self, path: str) -> Image:
        """See `Files.image`."""
        return self._over.image(path) if self._over.kind(path) is Kind.FILE else self._under.image(path)

    def text(self, path: str) -> bytes | None:
        """See `Files.text`."""
        if self._over.kind(path) is Kind.FILE:
            return self._over.text(path)
        return None if self._key(path) in self._removed else self._under.text(path)

    def real(self, path: str) -> str:
        """See `Files.real`."""
        return path if self._over.kind(path) is Kind.FILE else self._under.real(path)

    def identity(self, path: str) -> Hashable:
        """See `Files.identity`."""
        if self._over.kind(path) is Kind.FILE:
            return ("overlay", self._over.identity(path))
        return self._under.identity(path)

    def _key(self, path: str) -> str:
        return ntpath.normcase(windows_normal(path)) if self._windows else posix_normal(path)
