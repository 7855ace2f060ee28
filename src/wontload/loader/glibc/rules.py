"""The rules that propose candidates for a name without a slash, and the order in which glibc asks them.

Source: glibc 2.36, elf/dl-load.c, `_dl_map_object`; the same since 2.2, but for what single rules say.
Oracle: tests/oracles/glibc, where generated worlds meet the real loader; test_rules.py has one test for each rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from wontload.loader.glibc.cache import lookup
from wontload.loader.glibc.capabilities import present, subdirectories
from wontload.loader.glibc.expand import Secure, directories, expand
from wontload.loader.glibc.objects import Mapped, Namespace
from wontload.loader.result import SearchedPlace
from wontload.machine import Files, Process, System

DF_1_NODEFLIB = 0x800
LIBRARY_PATH_SEPARATORS = re.compile("[:;]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One name to be found, and all that the rules may consult.

    Attributes:
        name: without a slash. Empty: the rules propose the directories themselves.
        loader: the object that needs it, or that calls `dlopen`; `None` when that is not known.
        present: which subdirectories for particular CPUs there are, by directory, as far as it was asked.
    """

    name: str
    loader: Mapped | None
    namespace: Namespace
    files: Files
    system: System
    process: Process
    present: dict[str, tuple[str, ...]]

    def below(self, places: Iterable[str]) -> Iterator[str]:
        """Candidates in directories, those for particular CPUs first."""
        for place in places:
            if not self.name:
                yield place
                continue
            for subdirectory in self._present(self.absolute(place)):
                yield place + subdirectory + self.name
            yield place + self.name

    def _present(self, directory: str) -> tuple[str, ...]:
        found = self.present.get(directory)
        if found is None:
            found = self.present[directory] = present(directory, subdirectories(self.system), self.files)
        return found

    def absolute(self, path: str) -> str:
        """A path as the process sees it now, made absolute."""
        if path.startswith("/"):
            return path
        return self.process.current_directory.rstrip("/") + "/" + path.removeprefix("./")

    def secure(self, owner: Mapped) -> Secure | None:
        """What a secure process allows of an object's tokens; `None` for any other process."""
        if not self.process.secure:
            return None
        return Secure(tuple(_default(self.system)) if owner is self.namespace.main else None)

    def owner(self) -> Mapped | None:
        """Whose flags count where no loader is known: the executable's."""
        return self.loader or self.namespace.main


Rule = Callable[[Search], Iterator[str]]


def rpath(search: Search) -> Iterator[str]:
    """DT_RPATH of the object that needs the name, of the one that brought that in, and so on; last the executable's.

    All of it counts only when the object itself has no DT_RUNPATH, and an object that has one has no RPATH.

    Source: elf/dl-load.c, `_dl_map_object`; elf/get-dynamic-info.h (RUNPATH drops RPATH).
    Oracle: test_rules.py::test_rpath_is_inherited, ::test_a_runpath_switches_rpath_off
    """
    if search.loader is not None and _runpath_of(search.loader) is not None:
        return
    chain: list[Mapped] = []
    step = search.loader
    while step is not None and step not in chain:
        chain.append(step)
        step = step.loader
    if search.namespace.main is not None and search.namespace.main not in chain:
        chain.append(search.namespace.main)
    for owner in chain:
        image = owner.image
        if image is not None and image.rpath is not None and image.runpath is None:
            yield from search.below(_expanded(image.rpath, owner, search))


def ld_library_path(search: Search) -> Iterator[str]:
    """LD_LIBRARY_PATH as it was when the process started; a secure process ignores it.

    `:` and `;` separate; an empty element is the current directory; tokens are the executable's.

    Source: elf/dl-load.c, `_dl_init_paths`; elf/rtld.c, `process_envvars`.
    Oracle: test_rules.py::test_ld_library_path_comes_after_rpath_and_before_runpath, ::test_empty_elements
    """
    value = search.process.environment.get("LD_LIBRARY_PATH", "")
    if not value or search.process.secure:
        return
    elements = LIBRARY_PATH_SEPARATORS.split(value)
    owner = search.namespace.main or Mapped(name="", path=None, image=None)
    yield from search.below(directories(elements, owner, search.system))


def runpath(search: Search) -> Iterator[str]:
    """DT_RUNPATH of the object that needs the name, of no other.

    Source: elf/dl-load.c, `_dl_map_object`.
    Oracle: test_rules.py::test_runpath_is_not_inherited
    """
    if search.loader is not None and (elements := _runpath_of(search.loader)) is not None:
        yield from search.below(_expanded(elements, search.loader, search))


def ld_so_cache(search: Search) -> Iterator[str]:
    """The path that `/etc/ld.so.cache` has for the name.

    Not one in a built-in directory when the object that needs the name has DF_1_NODEFLIB.

    Source: elf/dl-load.c, `_dl_map_object`; elf/dl-cache.c, `_dl_load_cache_lookup`.
    Oracle: test_rules.py::test_nodeflib
    """
    if not search.name or (cached := lookup(search.name, search.system)) is None:
        return
    if _no_default_directories(search) and cached.startswith(tuple(_default(search.system))):
        return
    yield cached


def default_directories(search: Search) -> Iterator[str]:
    """The directories that are built into the loader, unless the object that needs the name has DF_1_NODEFLIB.

    Source: elf/dl-load.c, `_dl_map_object` and `system_dirs`.
    Oracle: test_rules.py::test_nodeflib
    """
    if not _no_default_directories(search):
        yield from search.below(_default(search.system))


def explicit_path(search: Search) -> Iterator[str]:
    """A name with a slash is a path, its tokens replaced; nothing is searched.

    Source: elf/dl-load.c, `_dl_map_object`; elf/dl-open.c, `dl_open_worker_begin` (the caller's tokens).
    Oracle: test_rules.py::test_an_explicit_path_is_not_searched
    """
    owner = search.owner()
    text = search.name if owner is None else expand(search.name, owner, search.system, search.secure(owner))
    if text is not None:
        yield text


SEARCH_ORDER: tuple[Rule, ...] = (rpath, ld_library_path, runpath, ld_so_cache, default_directories)


def order_for(name: str) -> tuple[Rule, ...]:
    """The rules for a name: it is a path, or it is sought."""
    return (explicit_path,) if "/" in name else SEARCH_ORDER


def places(search: Search) -> tuple[SearchedPlace, ...]:
    """The directories that a search for any name would look into, in order. The cache is named by its file."""
    found = []
    for rule in SEARCH_ORDER:
        if rule is ld_so_cache:
            listed: Iterable[str] = ["/etc/ld.so.cache"] if search.system.library_cache is not None else []
        else:
            listed = (search.absolute(place) for place in rule(search))
        found += [SearchedPlace(rule.__name__, place.rstrip("/") or "/") for place in listed]
    return tuple(found)


def _runpath_of(owner: Mapped) -> tuple[str, ...] | None:
    return owner.image.runpath if owner.image is not None else None


def _expanded(elements: tuple[str, ...], owner: Mapped, search: Search) -> tuple[str, ...]:
    if elements in ((), ("",)):  # an empty path is no path: elf/dl-load.c, `decompose_rpath`
        return ()
    return directories(elements, owner, search.system, search.secure(owner))


def _no_default_directories(search: Search) -> bool:
    owner = search.owner()
    return owner is not None and owner.image is not None and bool(owner.image.flags_1 & DF_1_NODEFLIB)


def _default(system: System) -> list[str]:
    return [f"{directory}/" for directory in system.default_directories]
