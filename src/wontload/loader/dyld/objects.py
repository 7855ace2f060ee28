"""dyld's own list of what is loaded: one `Loaded` for each image, found again by path, install name or file.

Source: dyld/Loader.cpp (`getLoader`), dyld/JustInTimeLoader.cpp (`matchesPath`, `make`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from wontload.binary import Image
from wontload.loader.result import Module, Status, Tried

# dyld calls binaries built with an SDK before that of autumn 2023 "pre 2022" (MachOFile::enforceFormat); they keep the
# default fallback directories (man dyld: "new binaries (Fall 2023 or later)").
SDK_WITHOUT_FALLBACKS = (14,)


@dataclass(eq=False, slots=True, kw_only=True)
class Loaded:
    """One image in the process.

    Attributes:
        path: dyld's own path of it: the real one, symbolic links resolved (`fcntl(F_GETPATH)`).
        image: what its file holds; `None` when that is not known, as for what lies in the shared cache.
        cached: it is in the shared cache and has no file.
        already_loaded: it was there before this load.
        rule, tried: how it was found.
        needs: what each install name that it names led to; `None` for a weak library that is absent.
        complete: `needs` has been filled in.
    """

    path: str
    image: Image | None
    cached: bool = False
    already_loaded: bool = False
    rule: str | None = None
    tried: tuple[Tried, ...] = ()
    reason: str | None = None
    error: str | None = None
    symbol: str | None = None
    needs: dict[str, Loaded | None] = field(default_factory=dict)
    complete: bool = False

    @property
    def rpaths(self) -> tuple[str, ...]:
        """Its LC_RPATHs, unexpanded."""
        return (self.image.rpath or ()) if self.image else ()

    @property
    def needs_fallbacks(self) -> bool:
        """Whether the default fallback directories count for what it asks for. Of an unknown image they do not."""
        if self.image is None or self.image.opaque:
            return False
        return self.image.sdk is None or self.image.sdk < SDK_WITHOUT_FALLBACKS

    def module(self, name: str, needed_by: str | None) -> Module:
        """The image as a part of the answer, by the name under which its first importer knows it."""
        if self.error is not None:
            status = Status.REFUSED
        elif self.cached:
            status = Status.VIRTUAL
        else:
            status = Status.ALREADY_LOADED if self.already_loaded else Status.LOADED
        return Module(
            name=name,
            path=None if self.cached else self.path,
            status=status,
            needed_by=needed_by,
            rule="already_loaded" if status is Status.ALREADY_LOADED else self.rule,
            reason=self.reason,
            tried=self.tried,
            error=self.error,
            symbol=self.symbol,
        )


class LoadedList:
    """Everything loaded, in dyld's order; the executable first."""

    def __init__(self, main: Loaded) -> None:
        self.main = main
        self.images: list[Loaded] = []
        self._by_path: dict[str, Loaded] = {}
        self._by_identity: dict[Hashable, Loaded] = {}
        self.add(main)

    def __iter__(self) -> Iterator[Loaded]:
        return iter(self.images)

    def add(self, loaded: Loaded, identity: Hashable = None) -> None:
        """Append an image. It answers to its path and its install name; the first in the list wins."""
        self.images.append(loaded)
        for name in (loaded.path, loaded.image.soname if loaded.image else None):
            if name:
                self._by_path.setdefault(name, loaded)
        if identity is not None:
            self._by_identity.setdefault(identity, loaded)

    def matching(self, path: str) -> Loaded | None:
        """The image that dyld knows by that path."""
        return self._by_path.get(path)

    def of_file(self, identity: Hashable) -> Loaded | None:
        """The image made from a file, whatever it was called."""
        return self._by_identity.get(identity)
