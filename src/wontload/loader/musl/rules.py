"""The rules that propose candidates for a name without a slash, and the order in which musl asks them.

Source: musl, ldso/dynlink.c: `load_library`, `path_open`, `fixup_rpath`.
Oracle: tests/oracles/musl, where generated worlds meet the real loader; test_rules.py has one test for each rule.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from wontload.loader.glibc.objects import Mapped
from wontload.loader.musl.objects import Loaded
from wontload.loader.result import SearchedPlace
from wontload.machine import Process, System

SEPARATORS = re.compile("[:\n]")
ORIGIN = re.compile(r"\$(?:ORIGIN|\{ORIGIN\})")
# `path_open` writes each candidate into a buffer of 2 * NAME_MAX + 2 bytes and passes over what does not fit.
LONGEST_CANDIDATE_BYTES = 511


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One name to be found, and all that the rules may consult.

    Attributes:
        name: a DT_NEEDED entry, or what `dlopen` was called with.
        needed_by: the object that needs it; the executable when `dlopen` asks, whoever called that.
    """

    name: str
    needed_by: Loaded | None
    main: Loaded
    system: System
    process: Process

    def below(self, directories: Iterable[str]) -> Iterator[str]:
        """Candidates in directories, each spelled as musl does; empty elements are no directories."""
        for directory in directories:
            if directory and len(os.fsencode(f"{directory}/{self.name}")) <= LONGEST_CANDIDATE_BYTES:
                yield f"{directory}/{self.name}"

    def absolute(self, path: str) -> str:
        """A path as the process sees it now, made absolute."""
        if path.startswith("/"):
            return path
        return self.process.current_directory.rstrip("/") + "/" + path.removeprefix("./")


Rule = Callable[[Search], Iterator[str]]


def ld_library_path(search: Search) -> Iterator[str]:
    """LD_LIBRARY_PATH as it was when the process started; a secure process ignores it.

    Colons and line ends separate, nothing is expanded, and an empty element is nothing.

    Source: ldso/dynlink.c, `__dls3` (`env_path`), `load_library`.
    Oracle: test_rules.py::test_ld_library_path_comes_first, ::test_elements_are_taken_as_they_are
    """
    if not search.process.secure:
        yield from search.below(SEPARATORS.split(search.process.environment.get("LD_LIBRARY_PATH", "")))


def rpath(search: Search) -> Iterator[str]:
    """DT_RUNPATH, else DT_RPATH, of the object that needs the name, of the one that needs that, and so on.

    The chain ends with the executable, or before it for what LD_PRELOAD brought in.

    Source: ldso/dynlink.c, `load_library` (the walk along `needed_by`), `decode_dyn` (one takes the other's place).
    Oracle: test_rules.py::test_runpath_is_inherited_as_rpath_is, ::test_the_caller_lends_nothing
    """
    owner: Mapped | None = search.needed_by
    while owner is not None:  # ends: who needs an object was there before it
        yield from search.below(SEPARATORS.split(run_path(owner, search)))
        owner = owner.loader


def default_directories(search: Search) -> Iterator[str]:
    """The directories in `/etc/ld-musl-ARCH.path`; without that file `/lib`, `/usr/local/lib` and `/usr/lib`.

    Source: ldso/dynlink.c, `load_library` (`sys_path`); `machine/musl.py` reads the file.
    Oracle: test_rules.py::test_default_directories
    """
    yield from search.below(search.system.default_directories)


def explicit_path(search: Search) -> Iterator[str]:
    """A name with a slash is a path as it stands; nothing is expanded or searched.

    Source: ldso/dynlink.c, `load_library`.
    Oracle: test_rules.py::test_an_explicit_path_is_not_searched
    """
    yield search.name


SEARCH_ORDER: tuple[Rule, ...] = (ld_library_path, rpath, default_directories)


def order_for(name: str) -> tuple[Rule, ...]:
    """The rules for a name: it is a path, or it is sought."""
    return (explicit_path,) if "/" in name else SEARCH_ORDER


def places(search: Search) -> tuple[SearchedPlace, ...]:
    """The directories that a search for any name would look into, in order."""
    found = ((rule, search.absolute(text)) for rule in SEARCH_ORDER for text in rule(search))
    return tuple(SearchedPlace(rule.__name__, text.rstrip("/") or "/") for rule, text in found)


def run_path(owner: Mapped, search: Search) -> str:
    """An object's search path with `$ORIGIN` put in; empty when it has none, or one that musl drops.

    One other `$` drops the whole of it. So does a secure process: for its executable always, for a library that was
    found by a relative path.

    Source: ldso/dynlink.c, `fixup_rpath`.
    Oracle: test_rules.py::test_origin, ::test_another_dollar_drops_the_whole_path
    """
    image = owner.image
    elements = None if image is None else image.rpath if image.runpath is None else image.runpath
    text = ":".join(elements or ())
    if "$" not in text:
        return text
    if text.count("$") != len(ORIGIN.findall(text)):
        return ""
    if search.process.secure and (owner is search.main or not owner.origin.startswith("/")):
        return ""
    return ORIGIN.sub(lambda _: owner.origin, text)
