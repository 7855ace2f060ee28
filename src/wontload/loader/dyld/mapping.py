"""Finding one library by name and making an image of it: dyld's `Loader::getLoader`.

Source: dyld/Loader.cpp (`getLoader`), whose order this keeps; dyld/DyldDelegates.cpp (`realpath`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from wontload.loader.dyld import shared_cache
from wontload.loader.dyld.candidate import Look, Outcome, look_at, version_of
from wontload.loader.dyld.expand import RPATH
from wontload.loader.dyld.objects import Loaded, LoadedList
from wontload.loader.dyld.rules import CRYPTEX, Candidate, Search, candidates
from wontload.loader.result import Module, Status, Tried
from wontload.machine import Kind, Machine, Process

NOT_IN_CACHE_SINCE = (13,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A name for which no image could be made.

    Attributes:
        name: as asked for. path: the first file that was there and did not do; `None` when there was none.
        text: what dyld gives as the reason; `None` when it is not known whether this fails.
        reason: one clause for a person.
        error: what this alone makes the load fail with; `None` also for a weak library, whose absence is no error.
    """

    name: str
    text: str | None
    reason: str
    path: str | None = None
    rule: str | None = None
    tried: tuple[Tried, ...] = ()
    error: str | None = None
    weak: bool = False

    def module(self, name: str, needed_by: str | None) -> Module:
        """The failure as a part of the answer."""
        return Module(
            name=name,
            path=self.path,
            status=Status.MISSING if self.path is None else Status.REFUSED,
            needed_by=needed_by,
            rule=self.rule,
            reason=f"{self.reason}; it is weakly linked, so that is no error" if self.weak else self.reason,
            tried=self.tried,
            error=self.error,
        )


@dataclass(slots=True)
class _Attempt:
    """What has been tried for one name so far."""

    tried: list[Tried] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    unfit: tuple[str, Candidate, Look] | None = None
    unknown: bool = False

    def note(self, candidate: Candidate, path: str, look: Look) -> None:
        """A candidate that was not taken."""
        self.tried.append(Tried(candidate.rule, path, look.outcome.value))
        self.texts.append(f"'{candidate.path}' ({look.text})")
        self.unknown = self.unknown or look.outcome is Outcome.UNKNOWN
        if look.outcome in (Outcome.PASSED_OVER, Outcome.DENIED) and self.unfit is None:
            self.unfit = (path, candidate, look)


class Mapper:
    """Makes images in one process of one machine."""

    def __init__(self, machine: Machine, process: Process, loaded: LoadedList) -> None:
        self.files = machine.files
        self.system = machine.system
        self.process = process
        self.loaded = loaded

    def loaded_already(self, name: str, chain: Sequence[Loaded], *, fallbacks: bool) -> Loaded | Failure:
        """What RTLD_NOLOAD asks for: the image that is loaded under a path that a search comes to. No file is read.

        Source: dyld/Loader.cpp, `getLoader`, which then skips what is on disk, and clears the message of a failure.
        """
        if known := self._known_by_name(name, linked=False):
            return known
        search = self.search(name, chain, linked=False, fallbacks=fallbacks)
        real = self._other_spelling(search)
        for one in (search, *((replace(search, name=real),) if real else ())):
            if known := next(filter(None, (self.loaded.matching(at.path) for at in candidates(one))), None):
                return known
        return Failure(name=name, text="", reason="it is not loaded, and RTLD_NOLOAD asks for nothing else")

    def map(self, name: str, chain: Sequence[Loaded], *, linked: bool, fallbacks: bool) -> Loaded | Failure:
        """The image for a name, made now if it was not there.

        Args:
            name: an install name that a load command has, or what `dlopen` was called with.
            chain, linked, fallbacks: see `Search`.
        """
        if known := self._known_by_name(name, linked):
            return known
        search = self.search(name, chain, linked=linked, fallbacks=fallbacks)
        attempt = _Attempt()
        if found := self._first_of(search, attempt):
            return found
        real = None if attempt.unknown else self._other_spelling(search)
        if real is not None and (found := self._first_of(replace(search, name=real), attempt)):
            return found
        return _failure(search, attempt)

    def search(self, name: str, chain: Sequence[Loaded], *, linked: bool, fallbacks: bool) -> Search:
        """A search for a name as those images would make it."""
        return Search(
            name=name,
            chain=tuple(chain),
            linked=linked,
            fallbacks=fallbacks,
            executable=self.loaded.main.path,
            process=self.process,
            system=self.system,
        )

    def absolute(self, path: str) -> str:
        """A path as the process sees it."""
        return path if path.startswith("/") else posixpath.join(self.process.current_directory, path)

    def _known_by_name(self, name: str, linked: bool) -> Loaded | None:
        """What is loaded under that install name already: `@rpath/…` is held against it before any path is tried.

        `dlopen` of a bare name finds what is loaded as `@rpath/` and that name.
        """
        if name.startswith(RPATH) or (linked and name.startswith("/")):
            return self.loaded.matching(name)
        if not linked and "/" not in name and not name.startswith("@"):
            return self.loaded.matching(RPATH + name)
        return None

    def _first_of(self, search: Search, attempt: _Attempt) -> Loaded | None:
        """The first candidate that is loaded already, in the shared cache, or a file that will do."""
        for candidate in candidates(search):
            if known := self.loaded.matching(candidate.path):
                return known
            path = self.absolute(candidate.path)
            if self.process.secure and not candidate.path.startswith(("/", "@")):
                attempt.note(candidate, path, Look(Outcome.DENIED, "relative path not allowed in hardened program"))
                continue
            if not candidate.on_disk and shared_cache.contains(self.system, candidate.path, named=candidate.named):
                return self._cached(candidate.path, attempt)
            look = self._look(candidate, path, search.linked)
            if look.outcome is Outcome.TAKEN:
                return self._made(candidate, path, look, attempt)
            attempt.note(candidate, path, look)
            if look.outcome is Outcome.UNKNOWN:
                return None
        return None

    def _look(self, candidate: Candidate, path: str, linked: bool) -> Look:
        look = look_at(path, candidate.path, self.files, self.system, linked=linked)
        apples = path.startswith(CRYPTEX) or shared_cache.may_be_there(path)
        if look.outcome is Outcome.UNKNOWN and apples and self.files.kind(path) is Kind.UNKNOWN:
            look = Look(Outcome.ABSENT, "no such file")  # nobody but Apple installs anything there
        asked_cache = not candidate.on_disk and shared_cache.may_be_there(candidate.path)
        if look.outcome is Outcome.ABSENT and asked_cache and version_of(self.system) >= NOT_IN_CACHE_SINCE:
            return replace(look, text=f"{look.text}, not in dyld cache")
        if look.text == "not a file" and asked_cache and version_of(self.system) >= NOT_IN_CACHE_SINCE:
            return replace(look, text=f"{look.text}, not in dyld cache")
        return look

    def _made(self, candidate: Candidate, path: str, look: Look, attempt: _Attempt) -> Loaded:
        """The image of a file; the one that is there, when it was made of the same file under another name."""
        identity = self.files.identity(path)
        if known := self.loaded.of_file(identity):
            return known
        made = Loaded(
            path=posixpath.normpath(self.files.real(path)),
            image=look.image,
            rule=candidate.rule,
            tried=tuple(attempt.tried),
        )
        self.loaded.add(made, identity)
        return made

    def _cached(self, path: str, attempt: _Attempt) -> Loaded:
        made = Loaded(path=path, image=None, cached=True, rule="shared_cache", tried=tuple(attempt.tried))
        self.loaded.add(made)
        return made

    def _other_spelling(self, search: Search) -> str | None:
        """The real path of what was asked for, which dyld tries last; `None` when it would try nothing new."""
        name = search.name
        if name.startswith("@") or (not search.linked and "/" not in name):
            return None
        if search.process.secure and not name.startswith("/"):
            return None
        real = self._real(self.absolute(name))
        return None if real is None or name.startswith(real) else real

    def _real(self, path: str) -> str | None:
        """A path with its links resolved; of what is not there, the directory's."""
        if self.files.kind(path) in (Kind.FILE, Kind.DIRECTORY, Kind.DENIED):
            return posixpath.normpath(self.files.real(path))
        directory, leaf = posixpath.split(path)
        if self.files.kind(directory) is not Kind.DIRECTORY:
            return None
        return posixpath.join(posixpath.normpath(self.files.real(directory)), leaf)


def _failure(search: Search, attempt: _Attempt) -> Failure:
    tried = tuple(attempt.tried)
    if attempt.unknown:
        return Failure(name=search.name, text=None, reason="this machine is not known that far", tried=tried)
    if not attempt.texts:
        text = _without_rpath(search)
        return Failure(name=search.name, text=text, reason=text, tried=tried)
    text = "tried: " + ", ".join(attempt.texts)
    if attempt.unfit is None:
        return Failure(name=search.name, text=text, reason="not found", tried=tried)
    path, candidate, look = attempt.unfit
    return Failure(
        name=search.name,
        text=text,
        reason=look.text or "it is empty",
        path=path,
        rule=candidate.rule,
        tried=tuple(one for one in tried if one.path != path),
    )


def _without_rpath(search: Search) -> str:
    """What dyld says when there was no path to try."""
    if not search.name.startswith(RPATH):
        return ""
    return "no LC_RPATH's found"
