"""Files that exist as values: behind a snapshot, a clean profile, and the machines of tests."""

from __future__ import annotations

import ntpath
import posixpath
import re
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from types import ModuleType

from wontload.binary import Defect, Image, MalformedImage
from wontload.machine.files import Kind, NotKnown, posix_normal, windows_fold, windows_normal


class Unread:
    """A native file that is parsed when a loader first asks for it.

    Args:
        read: gives the image, or what is wrong with the file.
    """

    __slots__ = ("read",)

    def __init__(self, read: Callable[[], Image | MalformedImage]) -> None:
        self.read = read


# `None`: it is there, and nothing more is known of it. Bytes: a text that loaders read, such as a manifest.
Content = Image | MalformedImage | Unread | bytes | None

SHORT_NAME = re.compile(r"([^~.]{1,6})~(\d)(?:\.(.{1,3}))?")


def is_short_for(short: str, name: str) -> bool:
    """Whether `short` can be the 8.3 name of `name`, both in lower case: `progra~1` of `program files`.

    Source: Microsoft, "Naming Files, Paths, and Namespaces", "Short vs. Long Names": the first six letters, a tilde and
    a number, the first three of the extension. From the fifth of a kind on names are made otherwise, from a checksum.
    """
    match = SHORT_NAME.fullmatch(short)
    if match is None or match[2] not in "1234":
        return False
    stem, dot, extension = name.rpartition(".")
    stem, extension = (stem, extension) if dot and stem else (name, "")
    plain = "".join(letter for letter in stem if letter not in " .").translate(REPLACED)
    return plain[:6] == match[1] and extension.replace(" ", "")[:3] == (match[3] or "")


REPLACED = str.maketrans("+,;=[]", "______")


class MemoryFiles:
    """A disk held in memory.

    Args:
        contents: what is known of each file, by absolute path.
        directories: directories that exist beyond those that hold `contents`.
        links: symbolic links, as (path, target).
        windows: paths compare without case and with either slash.
        complete: places of which everything is known: there, what is not listed is absent. `None`: everywhere.
            Elsewhere it is unknown.
        denied: paths that exist and may not be read.
    """

    def __init__(
        self,
        contents: Mapping[str, Content] | None = None,
        *,
        directories: Iterable[str] = (),
        links: Mapping[str, str] | None = None,
        windows: bool = True,
        complete: Collection[str] | None = None,
        denied: Iterable[str] = (),
    ) -> None:
        self._windows = windows
        self._module: ModuleType = ntpath if windows else posixpath
        self._links = {self._key(path): target for path, target in (links or {}).items()}
        self._denied = {self._key(path) for path in denied}
        self._contents: dict[str, tuple[str, Content]] = {}
        self._listings: dict[str, dict[str, str]] = {}
        for path in directories:
            self._add_directory(path)
        self._lay(contents or {})
        for path in (*(links or {}), *denied):
            self._add_directory(self._module.dirname(path))
            self._list(path)
        self._complete = None if complete is None else {self._key(path) for path in complete}
        # A load asks for the same few thousand paths again and again, and nothing changes under it.
        self._located: dict[str, str] = {}

    def kind(self, path: str) -> Kind:
        """See `Files.kind`."""
        key = self._locate(path)
        if key in self._denied:
            return Kind.DENIED
        if key in self._contents:
            return Kind.FILE
        if key in self._listings:
            return Kind.DIRECTORY
        # Which file an 8.3 name stands for, if any, only its own disk can say where a listing does not.
        return Kind.ABSENT if self._is_known(key) and not self._is_short(key) else Kind.UNKNOWN

    def listing(self, path: str) -> Collection[str] | None:
        """See `Files.listing`."""
        key = self._locate(path)
        names = self._listings.get(key)
        if names is None or (self._complete is not None and key not in self._complete):
            return None
        return tuple(names.values())

    def image(self, path: str) -> Image:
        """See `Files.image`."""
        _, content = self._contents[self._locate(path)]
        if isinstance(content, Unread):
            content = content.read()
        if isinstance(content, MalformedImage):
            raise content
        if isinstance(content, bytes):
            raise MalformedImage(path, Defect.NOT_NATIVE, "it is no PE, ELF or Mach-O file but text", 0, "text")
        if content is None:
            raise NotKnown(path)
        return content

    def text(self, path: str) -> bytes | None:
        """See `Files.text`."""
        _, content = self._contents.get(self._locate(path), ("", None))
        return content if isinstance(content, bytes) else None

    def real(self, path: str) -> str:
        """See `Files.real`. A loop of links ends at 40 steps, as Linux' own walk does (ELOOP)."""
        for _ in range(40 if self._links else 0):
            link = self._first_link(path)
            if link is None:
                break
            path = link
        return str(self._module.normpath(path)) if ".." in path else path

    def identity(self, path: str) -> Hashable:
        """See `Files.identity`."""
        return self._locate(path)

    def _locate(self, path: str) -> str:
        """The key of a path, with symbolic links resolved and names of 8.3 characters written out."""
        if (known := self._located.get(path)) is not None:
            return known
        key = self._key(self.real(path))
        found = self._located[path] = self._written_out(key) if "~" in key and self._windows else key
        return found

    def _written_out(self, key: str) -> str:
        """A key whose `progra~1` are the names that they stand for, where the directory's listing leaves no doubt."""
        drive, tail = ntpath.splitdrive(key)
        at = drive
        for part in filter(None, tail.split("\\")):
            names = self._listings.get(at, {})
            fitting = [name for name in names if is_short_for(part, name)] if part not in names else []
            at = f"{at}\\{fitting[0] if len(fitting) == 1 else part}"
        return at

    def _first_link(self, path: str) -> str | None:
        """`path` with its first symbolic link replaced by the link's target; `None` when it has none."""
        head, tail = path, ""
        candidates = []
        while head not in ("", self._module.dirname(head)):
            candidates.append((head, tail))
            tail = self._module.join(self._module.basename(head), tail) if tail else self._module.basename(head)
            head = self._module.dirname(head)
        for head, tail in reversed(candidates):
            if (target := self._links.get(self._key(head))) is not None:
                joined = self._module.join(self._module.dirname(head), target, *([tail] if tail else []))
                return str(self._module.normpath(joined))
        return None

    def _is_short(self, key: str) -> bool:
        return self._windows and "~" in key and any(map(SHORT_NAME.fullmatch, key.split("\\")))

    def _key(self, path: str) -> str:
        return self._fold(self._normal(path))

    def _normal(self, path: str) -> str:
        return windows_normal(path.removeprefix("\\\\?\\")) if self._windows else posix_normal(path)

    def _fold(self, normal: str) -> str:
        return windows_fold(normal.rstrip("\\")) if self._windows else normal

    def _lay(self, contents: Mapping[str, Content]) -> None:
        """The files, and the directories that they are in. There may be tens of thousands, for many machines."""
        split = self._module.split
        names_in: dict[str, dict[str, str]] = {}  # by a file's directory, as it is written
        for path, content in contents.items():
            normal = self._normal(path)
            self._contents[self._fold(normal)] = (path, content)
            parent, name = split(normal)
            if (names := names_in.get(parent)) is None:
                self._add_directory(parent)
                names = names_in[parent] = self._listings[self._fold(parent)]
            if name:
                names[self._fold(name)] = name

    def _add_directory(self, path: str) -> None:
        """The directory, and all above it."""
        path, missing = self._normal(path), []
        while self._fold(path) not in self._listings:
            missing.append(path)
            self._listings[self._fold(path)] = {}
            path = self._module.dirname(path) or path
        for directory in missing:
            self._list(directory)

    def _list(self, path: str) -> None:
        """Enter a path into the listing of the directory that it is in."""
        parent, name = self._module.split(self._normal(path))
        if name:
            self._listings.setdefault(self._fold(parent), {})[self._fold(name)] = name

    def _is_known(self, key: str) -> bool:
        """Whether absence can be told: the directory, or the nearest that exists above it, is known in full."""
        if self._complete is None:
            return True
        parent = self._module.dirname(key)
        while parent != self._module.dirname(parent) and parent not in self._listings:
            if parent in self._complete:
                return True
            parent = self._module.dirname(parent)
        return self._key(parent) in self._complete
