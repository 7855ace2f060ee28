"""The rules that propose paths for a name, and the order in which dyld asks them. All of them are from the source.

Source: dyld/Loader.cpp (`forEachPath`), dyld/DyldProcessConfig.cpp (`forEachPathVariant`, `forEachDylibFallback`,
`forEachFrameworkFallback`); man dyld(1), man dlopen(3).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from wontload.loader.dyld.candidate import version_of
from wontload.loader.dyld.expand import RPATH, expand, is_framework, under_rpath
from wontload.loader.dyld.objects import Loaded
from wontload.loader.result import SearchedPlace
from wontload.machine import Process, System

# Where macOS 13 and later mounts the part of the system that is updated on its own (libignition's OS graft).
CRYPTEX = "/System/Volumes/Preboot/Cryptexes/OS"
CRYPTEX_SINCE = (13,)
LIBRARY_FALLBACKS, FRAMEWORK_FALLBACKS = (
    ("/usr/local/lib", "/usr/lib"),
    (
        "/Library/Frameworks",
        "/System/Library/Frameworks",
    ),
)


class Candidate(NamedTuple):
    """A path that a rule proposes.

    Attributes:
        on_disk: the shared cache is not asked for it.
        named: it is the very path that was asked for.
    """

    rule: str
    path: str
    on_disk: bool = False
    named: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One name to be found, and all that the rules may consult.

    Attributes:
        name: as asked for.
        chain: the images whose LC_RPATHs count, the one that asks first; its directory is `@loader_path`.
        linked: a load command names it; otherwise `dlopen` was called with it.
        fallbacks: whoever asks is old enough for the default fallback directories.
        executable: real path of the main image.
    """

    name: str
    chain: tuple[Loaded, ...]
    linked: bool
    fallbacks: bool
    executable: str
    process: Process
    system: System

    @property
    def leaf(self) -> str:
        """What is appended to a directory: from `Foo.framework/` on for a framework, else the file's name."""
        return is_framework(self.name) or posixpath.basename(self.name)

    @property
    def has_cryptex(self) -> bool:
        """Whether this system has a second root beside `/`."""
        return version_of(self.system) >= CRYPTEX_SINCE

    @property
    def is_leaf_or_relative(self) -> bool:
        """`dlopen` treats a name that does not begin with `/` or `@` in a way of its own."""
        return not self.linked and not self.name.startswith(("/", "@"))

    def variable(self, name: str) -> tuple[str, ...]:
        """The elements of a DYLD_* variable as it was when the process started.

        A process under hardened runtime, or one that System Integrity Protection guards, has none of them.
        Source: `PathOverrides::addEnvVar`, `Security::pruneEnvVars`, `forEachInColonList`.
        """
        value = "" if self.process.secure else self.process.environment.get(name, "")
        return tuple(value.split(":")) if value else ()


Rule = Callable[[Search], Iterator[Candidate]]


def dyld_library_path(search: Search) -> Iterator[Candidate]:
    """DYLD_LIBRARY_PATH, DYLD_FRAMEWORK_PATH for frameworks: before anything else, whatever path was asked for.

    Source: `forEachPathVariant`, pathDirOverride.
    """
    variable = "DYLD_FRAMEWORK_PATH" if is_framework(search.name) else "DYLD_LIBRARY_PATH"
    for directory in search.variable(variable):
        yield Candidate("dyld_library_path", f"{directory}/{search.leaf}")


def on_disk(search: Search) -> Iterator[Candidate]:
    """The path itself as a file, before the shared cache is asked; a bare name is one in the current directory.

    Only on systems with a cryptex. Source: `forEachPathVariant`, rawPathOnDisk.
    """
    if search.has_cryptex and not search.name.startswith("@"):
        yield Candidate("explicit_path", search.name, on_disk=True, named=True)


def cryptex(search: Search) -> Iterator[Candidate]:
    """The same path below the system's second root. Source: `forEachPathVariant`, cryptexPrefix."""
    if search.has_cryptex and not search.name.startswith("@"):
        yield Candidate("cryptex", CRYPTEX + search.name)


def at_path(search: Search) -> Iterator[Candidate]:
    """`@rpath/…`, `@loader_path/…` and `@executable_path/…`, replaced. Source: `forEachResolvedAtPathVar`."""
    if search.name.startswith(RPATH):
        yield from _rpaths("rpath", search.name, search)
    elif (path := expand(search.name, search.chain[0], search.executable)) is not None:
        yield Candidate(search.name[1:].partition("/")[0], path)


def explicit_path(search: Search) -> Iterator[Candidate]:
    """The path as it was asked for, in the shared cache or on disk. Source: `forEachPathVariant`, rawPath."""
    if not search.name.startswith("@") and not search.is_leaf_or_relative:
        yield Candidate("explicit_path", search.name, named=True)


def implicit_rpath(search: Search) -> Iterator[Candidate]:
    """`dlopen("libfoo.dylib")` also means `@rpath/libfoo.dylib`, with the LC_RPATHs of the caller and the executable.

    Source: `forEachPath`, implictRpathExpansion.
    """
    if search.is_leaf_or_relative:
        yield from _rpaths("implicit_rpath", RPATH + search.name, search)


def usr_lib(search: Search) -> Iterator[Candidate]:
    """`/usr/lib`, for a name that `dlopen` was called with. Source: `forEachPath`."""
    if search.is_leaf_or_relative:
        yield Candidate("usr_lib", f"/usr/lib/{search.name}")


def current_directory(search: Search) -> Iterator[Candidate]:
    """The name as a path relative to the current directory. Source: `forEachPath`."""
    if search.is_leaf_or_relative:
        yield Candidate("current_directory", search.name, named=True)


def fallback(search: Search) -> Iterator[Candidate]:
    """DYLD_FALLBACK_LIBRARY_PATH (DYLD_FALLBACK_FRAMEWORK_PATH for frameworks), or its default.

    The default is `/usr/local/lib`, `/usr/lib`, and counts only for what binaries ask for that were built with an SDK
    before that of macOS 14; of a restricted process the first is not searched. None of this for a path with a slash
    that `dlopen` was called with. Source: `forEachPath`, `forEachDylibFallback`, `forEachFrameworkFallback`.
    """
    framework = is_framework(search.name) is not None
    if not search.linked and "/" in search.name and not framework:
        return
    directories = search.variable("DYLD_FALLBACK_FRAMEWORK_PATH" if framework else "DYLD_FALLBACK_LIBRARY_PATH")
    rule = "dyld_fallback_library_path"
    if not directories and search.fallbacks:
        rule = "default_fallback"
        directories = FRAMEWORK_FALLBACKS if framework else LIBRARY_FALLBACKS
        directories = directories[1:] if search.process.secure else directories
    for directory in directories:
        if (path := f"{directory}/{search.leaf}") != search.name:
            yield Candidate(rule, path)


SEARCH_ORDER: tuple[Rule, ...] = (
    dyld_library_path,
    on_disk,
    cryptex,
    at_path,
    explicit_path,
    implicit_rpath,
    usr_lib,
    current_directory,
    fallback,
)


def candidates(search: Search) -> Iterator[Candidate]:
    """Every path that a name stands for, in order. Each rule is silent where it does not apply."""
    for rule in SEARCH_ORDER:
        yield from rule(search)


def places(search: Search) -> tuple[SearchedPlace, ...]:
    """The directories in which a library named `@rpath/…` would be sought, in order, none twice."""
    found = [
        SearchedPlace(one.rule, posixpath.dirname(one.path) or "/")
        for one in candidates(search)
        if not one.path.startswith(CRYPTEX)
    ]
    return tuple(dict.fromkeys(found))


def _rpaths(rule: str, path: str, search: Search) -> Iterator[Candidate]:
    """Under every LC_RPATH of the whole chain; one that is absolute counts below the cryptex, too."""
    for owner in search.chain:
        for directory in owner.rpaths:
            expanded = under_rpath(path, directory, owner, search.executable)
            yield Candidate(rule, expanded)
            if directory.startswith("/") and search.has_cryptex:
                yield Candidate(rule, CRYPTEX + expanded)
