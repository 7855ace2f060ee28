"""Finding one object by name and mapping it: glibc's `_dl_map_object` (2.36, elf/dl-load.c)."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import NamedTuple

from wontload.binary import Image
from wontload.loader.glibc.candidate import BUS_ERROR, ENDS_A_RULE, ENOENT, Look, Outcome, look_at, refusal
from wontload.loader.glibc.capabilities import subdirectories
from wontload.loader.glibc.header import other_class_than
from wontload.loader.glibc.known import known_of
from wontload.loader.glibc.objects import Mapped, Namespace, directory_of
from wontload.loader.glibc.rules import DF_1_NODEFLIB, Search, ld_library_path, ld_so_cache, order_for, places
from wontload.loader.result import Module, SearchedPlace, Status, Tried
from wontload.machine import Kind, Machine, Process

# The kernel's own object, which has no file. Nothing but old libraries names it. Source: vdso(7), by architecture.
VDSO_NAMES = {"x86": "linux-gate.so.1", **dict.fromkeys(("ppc64le", "ppc64", "s390x"), "linux-vdso64.so.1")}
VDSO_NAME = "linux-vdso.so.1"  # of all others


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A name for which no object could be mapped.

    Attributes:
        name: as asked for. path: the file that ended the load; `None` when none was found.
        error: the whole text that `dlerror` gives; `None` when it is not known whether this fails.
    """

    name: str
    path: str | None
    error: str | None
    reason: str
    rule: str | None = None
    tried: tuple[Tried, ...] = ()

    def module(self, name: str, needed_by: str | None) -> Module:
        """The failure as a part of the answer."""
        return Module(
            name=name,
            path=self.path,
            status=Status.MISSING if self.path is None else Status.REFUSED,
            needed_by=needed_by,
            rule=self.rule,
            reason=self.reason,
            tried=self.tried,
            error=self.error,
        )


class Mapper:
    """Maps objects into one process of one machine.

    Attributes:
        errno: what the last attempt to open a file left behind; it ends the message even when a later search had
            nothing to try.
        gone: directories known not to exist, which glibc does not try again. Those of LD_LIBRARY_PATH it has tried
            when the process started. there: some that exist.
    """

    def __init__(self, machine: Machine, process: Process, namespace: Namespace) -> None:
        self.files = machine.files
        self.system = machine.system
        self.process = process
        self.namespace = namespace
        self.errno = ""
        self.known = known_of(machine)
        self.subdirectories = tuple("/" + name.rstrip("/") for name in subdirectories(machine.system))
        # Whether no search begins with LD_LIBRARY_PATH or an RPATH of the executable, of which a RUNPATH makes none.
        main = namespace.main.image if namespace.main else None
        has_rpath = main is not None and main.rpath is not None and main.runpath is None
        self._is_plain = not has_rpath and not process.environment.get("LD_LIBRARY_PATH")
        self.gone: set[str] = set()
        self.there: set[str] = set()
        for place in ld_library_path(self.search("", namespace.main)):
            self._note_absence(posixpath.dirname(place))

    def map(self, name: str, loader: Mapped | None, *, root: bool = False) -> Mapped | Failure:
        """The object for a name, mapped now if it was not there.

        Args:
            name: a DT_NEEDED entry, or what `dlopen` was called with.
            loader: the object that names it, or that calls `dlopen`.
            root: `dlopen` asked for it: the caller lends its search path and is not its loader.
        """
        if known := self.namespace.named(name):
            return known
        if name == VDSO_NAMES.get(self.system.architecture, VDSO_NAME):
            return self._virtual(name)
        is_plain = self._is_plain and loader is not None and loader.is_plain
        if is_plain and (cached := self.known.cached.get(name)):
            text, look = cached
            self.errno = look.text
            return self._take(_Wanted(name, text, text, None if root else loader, ld_so_cache.__name__, ()), look)
        search = self.search(name, loader)
        tried: list[Tried] = []
        other_class = False
        for rule in order_for(name):
            for text in rule(search):
                path = search.absolute(text)
                look = self._look_at(path)
                directory = posixpath.dirname(text)
                # A directory that is known to be gone is not looked into again; a path is opened all the same.
                if look.outcome is not Outcome.ABSENT or directory not in self.gone or "/" in name:
                    self.errno = look.text
                if look.outcome in (Outcome.TAKEN, Outcome.ENDS, Outcome.UNKNOWN):
                    wanted = _Wanted(name, text, path, None if root else loader, rule.__name__, tuple(tried))
                    if is_plain and rule is ld_so_cache and text == path and look.outcome is Outcome.TAKEN:
                        self.known.cached[name] = text, look
                    return self._take(wanted, look)
                tried.append(self._tried(rule.__name__, path, look.outcome))
                other_class = other_class or look.other_class
                if look.text in ENDS_A_RULE and self._counts_as_there(directory):
                    break  # elf/dl-load.c, `open_path`
                self._note_absence(directory)
        if "/" in name and not tried:  # its tokens stand for nothing: glibc then opens the empty path
            self.errno = ENOENT
        return self._not_found(name, other_class, tuple(tried))

    def search(self, name: str, loader: Mapped | None) -> Search:
        """A search for a name as that object would make it."""
        return Search(
            name=name,
            loader=loader,
            namespace=self.namespace,
            files=self.files,
            system=self.system,
            process=self.process,
            present=self.known.present,
        )

    def places(self, loader: Mapped | None) -> tuple[SearchedPlace, ...]:
        """The directories that a search by that object looks into, in order."""
        if not (self._is_plain and loader is not None and loader.is_plain):
            return places(self.search("", loader))
        if self.known.plain_places is None:
            self.known.plain_places = places(self.search("", loader))
        return self.known.plain_places

    def spelling(self, name: str, loader: Mapped | None) -> str | None:
        """The path by which a search comes to a name, whatever is loaded."""
        search = self.search(name, loader)
        candidates = (text for rule in order_for(name) for text in rule(search))
        for text in candidates:
            if self._look_at(search.absolute(text)).outcome is Outcome.TAKEN:
                return text
        return None

    def _look_at(self, path: str) -> Look:
        look = self.known.looks.get(path)
        if look is None:
            look = self.known.looks[path] = look_at(path, self.files, self.system)
        return look

    def _tried(self, rule: str, path: str, outcome: Outcome) -> Tried:
        known = self.known.tried.get((rule, path))
        if known is None:
            known = self.known.tried[rule, path] = Tried(rule, path, outcome.value)
        return known

    def _counts_as_there(self, directory: str) -> bool:
        """Whether a candidate's directory exists; a relative one always does: elf/dl-load.c, `fillin_rpath`.

        What is wrong in a subdirectory for certain CPUs, the directory itself puts right.
        """
        if directory.endswith(self.subdirectories):
            return False
        return not directory.startswith("/") or self.files.kind(directory) is Kind.DIRECTORY

    def _note_absence(self, directory: str) -> None:
        """Remember that a candidate's directory does not exist. A relative one may exist tomorrow."""
        if not directory.startswith("/") or directory in self.gone or directory in self.there:
            return
        is_there = self.files.kind(directory) is Kind.DIRECTORY
        (self.there if is_there else self.gone).add(directory)

    def _take(self, wanted: _Wanted, look: Look) -> Mapped | Failure:
        """Map the file that was chosen; or say which check ends the load, or what is not known of it."""
        if look.outcome is Outcome.UNKNOWN:
            tried = (*wanted.tried, Tried(wanted.rule, wanted.path, look.outcome.value))
            return Failure(
                name=wanted.name, path=None, error=None, reason="this machine is not known that far", tried=tried
            )
        if look.outcome is Outcome.ENDS:
            return wanted.refused(f"{wanted.text}: {look.text}", look.text)
        identity = self.files.identity(wanted.path)
        if known := self.namespace.of_file(identity):
            self.namespace.also_known_as(known, wanted.name)
            return known
        if look.crash or look.image is None:
            return wanted.refused(look.crash or BUS_ERROR, "it ends before its segments do, and touching them crashes")
        real = self.files.real(wanted.path) if self.system.mounts else wanted.path
        if why := refusal(look.image, self.system, self.process, self.namespace.main, real):
            return wanted.refused(f"{wanted.name}: {why}", why)
        mapped = Mapped(
            name=wanted.text,
            path=wanted.path,
            image=look.image,
            loader=wanted.loader,
            origin=directory_of(posixpath.join(self.process.current_directory, wanted.text)),  # `/here/./` for `./`
            requested=wanted.name,
            rule=wanted.rule,
            tried=wanted.tried,
            is_plain=(wanted.loader is None or wanted.loader.is_plain) and _is_plain(look.image),
        )
        self.namespace.add(mapped, identity)
        return mapped

    def _not_found(self, name: str, other_class: bool, tried: tuple[Tried, ...]) -> Failure:
        if other_class:
            text = f"wrong ELF class: {other_class_than(self.system)}"
        else:
            text = "cannot open shared object file" + (f": {self.errno}" if self.errno else "")
        reason = "not found" if self.errno in (ENOENT, "") and not other_class else text
        return Failure(name=name, path=None, error=f"{name}: {text}", reason=reason, tried=tried)

    def _virtual(self, name: str) -> Mapped:
        vdso = Mapped(name=name, path=None, image=None, requested=name, already_loaded=True)
        self.namespace.add(vdso)
        return vdso


def _is_plain(image: Image | None) -> bool:
    """Whether an image changes nothing in how the names that it needs are sought."""
    return image is None or (image.rpath is image.runpath is None and not image.flags_1 & DF_1_NODEFLIB)


class _Wanted(NamedTuple):
    """A candidate that was chosen: the name asked for, glibc's spelling of the path, the path, and how it was found."""

    name: str
    text: str
    path: str
    loader: Mapped | None
    rule: str
    tried: tuple[Tried, ...]

    def refused(self, error: str, reason: str) -> Failure:
        """What is answered where this candidate ends the load."""
        return Failure(name=self.name, path=self.path, error=error, reason=reason, rule=self.rule, tried=self.tried)
