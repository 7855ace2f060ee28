"""Finding one object by name and mapping it: musl's `load_library` (ldso/dynlink.c)."""

from __future__ import annotations

import os
from typing import NamedTuple

from wontload.binary import Image, MalformedImage
from wontload.loader.glibc.candidate import BUS_ERROR, ENOENT, LONGEST_NAME_BYTES, Look, Outcome
from wontload.loader.glibc.mapping import Failure
from wontload.loader.musl.candidate import EINVAL, EPERM, NO_ERROR, look_at, refusal
from wontload.loader.musl.objects import LinkMap, Loaded
from wontload.loader.musl.rules import Search, order_for
from wontload.loader.result import Tried
from wontload.machine import Machine, Process

# What musl knows a libc by, its own or glibc's, under whatever path: it never maps a second one.
MARKS_OF_A_LIBC = frozenset({"__libc_start_main", "stdin"})


class Mapper:
    """Maps objects into one process of one machine.

    Attributes:
        errno: what the last attempt to open a file left behind; a search that tried nothing leaves it as it was.
    """

    def __init__(self, machine: Machine, process: Process, link_map: LinkMap) -> None:
        self.files = machine.files
        self.system = machine.system
        self.process = process
        self.link_map = link_map
        self.errno = NO_ERROR

    def map(self, name: str, needed_by: Loaded | None, *, root: bool = False) -> Loaded | Failure:
        """The object for a name, mapped now if it was not there.

        Args:
            name: a DT_NEEDED entry, or what `dlopen` was called with.
            needed_by: the object that needs it, the executable for `dlopen`, `None` for LD_PRELOAD.
            root: `dlopen` asked for it, so the message names nobody who needs it.
        """
        asker = None if root else needed_by
        if not name:
            return self._failure(name, asker, EINVAL)
        if known := self._known(name):
            return known
        if "/" not in name and len(os.fsencode(name)) > LONGEST_NAME_BYTES:
            return self._failure(name, asker, self.errno)
        search = self.search(name, needed_by)
        tried: list[Tried] = []
        for rule in order_for(name):
            for text in rule(search):
                path = search.absolute(text)
                look = look_at(path, self.files, self.system)
                if look.outcome in (Outcome.TAKEN, Outcome.ENDS, Outcome.UNKNOWN):
                    wanted = _Wanted(name, text, path, needed_by, asker, rule.__name__, tuple(tried))
                    return self._take(wanted, look)
                self.errno = look.text
                tried.append(Tried(rule.__name__, path, look.outcome.value))
        return self._failure(name, asker, self.errno, tried=tuple(tried))

    def search(self, name: str, needed_by: Loaded | None) -> Search:
        """A search for a name as that object would make it."""
        return Search(name=name, needed_by=needed_by, main=self.link_map.main, system=self.system, process=self.process)

    def found_path(self, name: str, needed_by: Loaded | None) -> str | None:
        """The path to which a search leads, whatever is loaded; `None` when it leads to nothing."""
        search = self.search(name, needed_by)
        for rule in order_for(name):
            for text in rule(search):
                outcome = look_at(search.absolute(text), self.files, self.system).outcome
                if outcome not in (Outcome.ABSENT, Outcome.DENIED):
                    return search.absolute(text)
        return None

    def _known(self, name: str) -> Loaded | None:
        if self.link_map.is_itself(name):
            return self.link_map.itself
        return None if "/" in name else self.link_map.named(name)

    def _take(self, wanted: _Wanted, look: Look) -> Loaded | Failure:
        """Map the file that was chosen; or say what ends the load, or what is not known of it."""
        if look.outcome is Outcome.UNKNOWN:
            tried = (*wanted.tried, Tried(wanted.rule, wanted.path, look.outcome.value))
            reason = "this machine is not known that far"
            return Failure(name=wanted.name, path=None, error=None, reason=reason, tried=tried)
        if look.outcome is Outcome.ENDS:
            return self._refused(wanted, look.text)
        identity = self.files.identity(wanted.path)
        if known := self.link_map.of_file(identity):
            if "/" not in wanted.name:
                self.link_map.found_by_search(known)
            return known
        if look.crash or look.image is None:
            reason = "it ends before its segments do, and touching them crashes"
            return Failure(
                name=wanted.name,
                path=wanted.path,
                error=look.crash or BUS_ERROR,
                reason=reason,
                rule=wanted.rule,
                tried=wanted.tried,
            )
        if why := refusal(look.image, self.link_map.main.image):
            return self._refused(wanted, why)
        if self.system.mounts and self.system.forbids_execution(self.files.real(wanted.path)):  # mmap(2), noexec
            return self._refused(wanted, EPERM)
        if names_of(look.image) >= MARKS_OF_A_LIBC:
            return self.link_map.itself
        return self._add(wanted, look.image)

    def _add(self, wanted: _Wanted, image: Image) -> Loaded:
        loaded = Loaded(
            name=wanted.text,
            path=wanted.path,
            image=image,
            loader=wanted.needed_by,
            origin=wanted.text.rpartition("/")[0],
            requested=wanted.name,
            rule=wanted.rule,
            tried=wanted.tried,
        )
        self.link_map.add(loaded, self.files.identity(wanted.path))
        if "/" not in wanted.name:
            self.link_map.found_by_search(loaded)
        return loaded

    def _refused(self, wanted: _Wanted, why: str) -> Failure:
        self.errno = why
        return self._failure(wanted.name, wanted.asker, why, path=wanted.path, rule=wanted.rule, tried=wanted.tried)

    def _failure(
        self,
        name: str,
        asker: Loaded | None,
        why: str,
        *,
        path: str | None = None,
        rule: str | None = None,
        tried: tuple[Tried, ...] = (),
    ) -> Failure:
        needed_by = f" (needed by {asker.name})" if asker is not None else ""
        return Failure(
            name=name,
            path=path,
            error=f"Error loading shared library {name}: {why}{needed_by}",
            reason="not found" if why == ENOENT else why,
            rule=rule,
            tried=tried,
        )


def names_of(image: Image) -> frozenset[str]:
    """The names that others find in an image; none where its symbols cannot be read."""
    try:
        plain = image.plain_names
        return frozenset(image.export_versions) if plain is None else plain
    except MalformedImage:
        return frozenset()


class _Wanted(NamedTuple):
    """A file that was chosen: the name asked for, musl's spelling of the path, the path, and how it was found."""

    name: str
    text: str
    path: str
    needed_by: Loaded | None
    asker: Loaded | None
    rule: str
    tried: tuple[Tried, ...]
