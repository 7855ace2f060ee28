"""A disk that remembers what was asked of it, so that a saved machine can answer the same questions the same way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from dataclasses import replace
from functools import partial
from typing import Any

from wontload.binary import Image, MalformedImage
from wontload.machine.files import Files, Kind, NotKnown
from wontload.machine.snapshot_values import TABLES

UNREAD: dict[str, Any] = {name: Image.__dataclass_fields__[f"read_{name}"].default for name in TABLES}
# Without these an image would seem to export or to ask for nothing, which is another thing than not knowing it.
ALWAYS = ("imports", "exports", "undefined")


class RecordingFiles:
    """`under`, with every path asked for and its answer kept.

    Attributes:
        kinds, listings, texts, reals, identities, images: answers by path as asked; an image that cannot be read is its
            `MalformedImage`, one that is not known `None`.
    """

    def __init__(self, under: Files) -> None:
        self.under = under
        self.kinds: dict[str, Kind] = {}
        self.listings: dict[str, tuple[str, ...] | None] = {}
        self.texts: dict[str, bytes | None] = {}
        self.reals: dict[str, str] = {}
        self.identities: dict[str, Hashable] = {}
        self.images: dict[str, Image | MalformedImage | None] = {}
        self._noting: dict[int, tuple[Image, Image, set[str]]] = {}  # by the original's id, which is kept alive here

    def kind(self, path: str) -> Kind:
        """See `Files.kind`."""
        self.kinds[path] = found = self.under.kind(path)
        return found

    def listing(self, path: str) -> Collection[str] | None:
        """See `Files.listing`."""
        found = self.under.listing(path)
        self.listings[path] = None if found is None else tuple(found)
        return found

    def image(self, path: str) -> Image:
        """See `Files.image`."""
        try:
            original = self.under.image(path)
        except MalformedImage as malformed:
            self.images[path] = malformed
            raise
        except NotKnown:
            self.images[path] = None
            raise
        self.images[path] = original
        if id(original) not in self._noting:
            self._noting[id(original)] = self._noted(original)
        return self._noting[id(original)][1]

    def text(self, path: str) -> bytes | None:
        """See `Files.text`."""
        self.texts[path] = found = self.under.text(path)
        return found

    def real(self, path: str) -> str:
        """See `Files.real`."""
        self.reals[path] = found = self.under.real(path)
        return found

    def identity(self, path: str) -> Hashable:
        """See `Files.identity`."""
        self.identities[path] = found = self.under.identity(path)
        return found

    def asked(self) -> set[str]:
        """Every path that any question was about."""
        return {*self.kinds, *self.listings, *self.texts, *self.reals, *self.identities, *self.images}

    def consulted(self, image: Image) -> Image:
        """An image of `images` with those of its tables alone that somebody looked at, and those that must not lack."""
        _, _, names = self._noting[id(image)]
        return replace(image, **{f"read_{name}": UNREAD[name] for name in TABLES if name not in {*names, *ALWAYS}})

    def _noted(self, original: Image) -> tuple[Image, Image, set[str]]:
        """The image, one like it that notes which of its tables are read, and the names of these."""
        names: set[str] = set()
        readers: dict[str, Any] = {}
        for name in TABLES:
            reader = getattr(original, f"read_{name}")
            if reader is not UNREAD[name]:
                readers[f"read_{name}"] = partial(_note, names, name, reader)
        return original, replace(original, **readers), names


def _note(names: set[str], name: str, read: Callable[[], Any]) -> Any:
    names.add(name)
    return read()
