"""What was asked of a disk, as the data of a saved machine: the same questions get the same answers there."""

from __future__ import annotations

import ntpath
import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from types import ModuleType

from wontload.binary import Image, MalformedImage
from wontload.machine.files import Files, Kind
from wontload.machine.recording import RecordingFiles
from wontload.machine.snapshot import LONGEST_PATH, files_of
from wontload.machine.snapshot_values import SavedFiles, SavedImage, SavedMachine, saved_defect, saved_image

# Names of a listing that stay although nobody asked for them: what a search could find, and who installed what. Other
# names are a person's own business, and no loader's.
STAYS = re.compile(r"\.(dll|pyd|dylib|so)(\.[\w.]+)?$|\.(dist-info|egg-info)$", re.IGNORECASE)


def with_files(machine: SavedMachine, recording: RecordingFiles) -> SavedMachine:
    """`machine` with what was recorded, so that it answers every recorded question as the disk did."""
    path: ModuleType = ntpath if machine.system.name == "windows" else posixpath
    installed = {path.dirname(file.path) for one in machine.inventory.distributions or () for file in one.files}
    files = _Saving(recording, windows=machine.system.name == "windows", installed=installed).files()
    saved = replace(machine, files=files)
    _, rebuilt = files_of(saved)
    kinds = {path: kind for path, kind in recording.kinds.items() if rebuilt.kind(path) is not kind}
    reals = {path: real for path, real in recording.reals.items() if rebuilt.real(path) != real}
    return replace(saved, files=replace(saved.files, kinds=kinds, reals=reals, same=tuple(_same(recording, rebuilt))))


def _same(recording: RecordingFiles, rebuilt: Files) -> Iterator[tuple[str, ...]]:
    """Groups of paths of one file that do not look like one from their names and links."""
    groups: dict[object, list[str]] = {}
    for path, identity in recording.identities.items():
        groups.setdefault(identity, []).append(path)
    for paths in groups.values():
        if len({rebuilt.identity(path) for path in paths}) > 1:
            yield tuple(paths)


class _Saving:
    """What was recorded, as tables.

    Args:
        installed: directories of the native files that records of installations list: their names stay in listings, so
            that what lies in them is not taken for absent.
    """

    def __init__(self, recording: RecordingFiles, *, windows: bool, installed: Collection[str] = ()) -> None:
        self._recording = recording
        self._installed = installed
        self._windows = windows
        self._path: ModuleType = ntpath if windows else posixpath
        self._links: dict[str, str] = {}
        self._reals: dict[str, str] = {}

    def files(self) -> SavedFiles:
        """All that was recorded, but for the answers that these tables do not give."""
        recording = self._recording
        images = {self._place(path): self._image(found) for path, found in recording.images.items()}
        kinds = {path: kind for path, kind in recording.kinds.items() if self._is_path(path)}
        for path, kind in kinds.items():
            if kind is Kind.FILE:
                images.setdefault(self._place(path), SavedImage())
        texts = {self._place(path): text for path, text in recording.texts.items() if text is not None}
        for path in texts:
            images.pop(path, None)
        listings = self._listings(kinds)
        return SavedFiles(
            images=images,
            directories=tuple({self._place(path): None for path, kind in kinds.items() if kind is Kind.DIRECTORY}),
            complete=tuple(listings),
            links=self._links,
            denied=tuple({self._place(path): None for path, kind in kinds.items() if kind is Kind.DENIED}),
            texts={path: text.decode("utf-8", "replace") for path, text in texts.items()},
            listings=listings,
            source={"made by": "wontload snapshot"},
        )

    def _image(self, found: Image | MalformedImage | None) -> SavedImage:
        if found is None:
            return SavedImage()
        return (
            saved_defect(found) if isinstance(found, MalformedImage) else saved_image(self._recording.consulted(found))
        )

    def _listings(self, kinds: Mapping[str, Kind]) -> dict[str, tuple[str, ...]]:
        """Directories that were listed, and those in which something was sought: what else is there and is native."""
        found: dict[str, tuple[str, ...]] = {}
        kept = self._asked_for()
        for path in (*self._recording.listings, *(self._nearest(path) for path in kinds)):
            place = self._place(path)
            if not path or place in found:
                continue
            names = self._recording.under.listing(path)
            if names is not None:
                key = self._key(place)
                found[place] = tuple(name for name in names if STAYS.search(name) or (key, self._fold(name)) in kept)
        return found

    def _nearest(self, path: str) -> str:
        """The directory that a path is in, or the nearest above it that exists."""
        above = self._path.dirname(path)
        while above != self._path.dirname(above) and self._recording.under.kind(above) is Kind.ABSENT:
            above = self._path.dirname(above)
        return str(above) if self._is_path(above) else ""

    def _asked_for(self) -> set[tuple[str, str]]:
        """Directory and name, as they compare, of all that was asked for or installed, and of the directories above."""
        found: set[tuple[str, str]] = set()
        for path in (*self._recording.asked(), *self._installed):
            for one in {path, self._place(path)} if self._is_path(path) else ():
                key = self._key(one)
                while (pair := self._path.split(key))[1] and pair not in found:
                    found.add(pair)
                    key = pair[0]
        return found

    def _place(self, path: str) -> str:
        """A path behind all symbolic links; the links on its way are noted."""
        if path in self._reals:
            return self._reals[path]
        normal = self._path.normpath(path)
        if not self._is_path(path) or self._path.dirname(normal) == normal:
            return str(normal)
        parent, name = self._path.split(normal)
        plain = self._path.join(self._place(parent), name)
        real = self._recording.under.real(path)
        if self._key(real) != self._key(plain):
            self._links[plain] = real
        self._reals[path] = real
        return real

    def _is_path(self, path: str) -> bool:
        """Whether it is absolute, and of a length that a saved machine takes."""
        return bool(self._path.isabs(path)) and len(path) <= LONGEST_PATH

    def _key(self, path: str) -> str:
        return self._fold(self._path.normpath(path))

    def _fold(self, name: str) -> str:
        return name.lower() if self._windows else name
