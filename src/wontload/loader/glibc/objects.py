"""The loader's own list of what is loaded: one `Mapped` for each object, found again by name or by file.

Source of the rules: glibc 2.36, elf/dl-load.c (`_dl_map_object`, `_dl_map_object_from_fd`) and elf/dl-misc.c
(`_dl_name_match_p`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from wontload.binary import Image
from wontload.loader.result import Module, Status, Tried


@dataclass(eq=False, slots=True, kw_only=True)
class Mapped:
    """One object in the process, glibc's `link_map`.

    Attributes:
        name: glibc's own name for it, `l_name`: as found, so it may be relative; it opens this object's messages.
        path: the same, absolute; `None` for the kernel's vdso, which has no file.
        image: what its file holds; `None` when that is not known.
        loader: the object that brought it in; `None` for what the program itself asked for.
        origin: what `$ORIGIN` stands for in it.
        already_loaded: it was there before this load.
        requested: the name by which it was asked for first; a cause of `rule` and `tried`.
        needs: the objects that its DT_NEEDED entries led to, in file order.
        is_plain: neither it nor who brought it in has a DT_RPATH, a DT_RUNPATH or DF_1_NODEFLIB, so that a search for
            it is one for everybody. False where nobody asks.
    """

    name: str
    path: str | None
    image: Image | None
    loader: Mapped | None = None
    origin: str = ""
    already_loaded: bool = False
    requested: str = ""
    rule: str | None = None
    tried: tuple[Tried, ...] = ()
    reason: str | None = None
    error: str | None = None
    symbol: str | None = None
    needs: list[Mapped] = field(default_factory=list)
    is_plain: bool = False

    def module(self, name: str, needed_by: str | None) -> Module:
        """The object as a part of the answer, by the name under which its first importer knows it."""
        if self.error is not None:
            status = Status.REFUSED
        elif self.path is None:
            status = Status.VIRTUAL
        else:
            status = Status.ALREADY_LOADED if self.already_loaded else Status.LOADED
        return Module(
            name=name,
            path=self.path,
            status=status,
            needed_by=needed_by,
            rule="already_loaded" if status is Status.ALREADY_LOADED else self.rule,
            reason=self.reason,
            tried=self.tried,
            error=self.error,
            symbol=self.symbol,
        )


class Namespace:
    """Everything loaded, in the link map's order.

    Attributes:
        start_failed: why no process begins with this; empty where one does.
        preloads: what LD_PRELOAD and /etc/ld.so.preload name, tokens replaced.
    """

    def __init__(self) -> None:
        self.start_failed = ""
        self.preloads: tuple[str, ...] = ()
        self.objects: list[Mapped] = []
        self._by_name: dict[str, Mapped] = {}
        self._by_identity: dict[Hashable, Mapped] = {}
        self._by_file_name: dict[str, Mapped] = {}

    def copy(self) -> Namespace:
        """The same objects, in a list of their own."""
        copied = Namespace()
        copied.start_failed = self.start_failed
        copied.preloads = self.preloads
        copied.objects = self.objects.copy()
        copied._by_name = self._by_name.copy()
        copied._by_identity = self._by_identity.copy()
        copied._by_file_name = self._by_file_name.copy()
        return copied

    def __iter__(self) -> Iterator[Mapped]:
        return iter(self.objects)

    @property
    def main(self) -> Mapped | None:
        """The executable: the first object, when it is known at all."""
        return self.objects[0] if self.objects else None

    def add(self, mapped: Mapped, identity: Hashable = None) -> None:
        """Append an object. It answers to its path, its SONAME and the name that it was asked for by."""
        self.objects.append(mapped)
        soname = mapped.image.soname if mapped.image else None
        for name in (mapped.name, mapped.requested, soname):
            if name:
                self.also_known_as(mapped, name)
        self._by_file_name.setdefault(mapped.name.rpartition("/")[2], mapped)
        if identity is not None:
            self._by_identity.setdefault(identity, mapped)

    def also_known_as(self, mapped: Mapped, name: str) -> None:
        """From now on this name means that object, unless it already means another (the first in the list wins)."""
        self._by_name.setdefault(name, mapped)

    def named(self, name: str) -> Mapped | None:
        """The object that answers to a name."""
        return self._by_name.get(name)

    def of_file_name(self, name: str) -> Mapped | None:
        """The first object whose path ends in this name. The loader does not ask for that."""
        return self._by_file_name.get(name)

    def of_file(self, identity: Hashable) -> Mapped | None:
        """The object made from a file."""
        return self._by_identity.get(identity)


def directory_of(path: str) -> str:
    """The directory of an absolute path, as glibc cuts it: textually, symbolic links left alone."""
    return posixpath.dirname(path) or "/"


def filtered_names(image: Image) -> Iterator[tuple[str, bool]]:
    """What an object filters, in the order in which it is mapped, and whether that must be there."""
    yield from ((name, True) for name in image.filters)
    yield from ((name, False) for name in image.auxiliaries)
