"""What a fix changes, as far as a loader can tell: one value, laid over a machine and over one load request.

A remedy that cannot be put in these words cannot be proven, and is not claimed to work.
"""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from wontload.binary import MalformedImage
from wontload.loader import LoadResult, Status, Verdict, load
from wontload.loader.glibc.cache import DEFAULT_ID, ELF_OF_ANY_LIBC
from wontload.machine import AddedDirectory, LoadRequest, Machine, NotKnown, Process
from wontload.machine.ld_so_cache import CacheEntry
from wontload.machine.memory import Content
from wontload.machine.overlay import OverlayFiles

CDLL_FLAGS = 0x1100  # what ctypes.CDLL gives LoadLibraryExW for a path (Lib/ctypes/__init__.py)
RTLD_NOW, RTLD_GLOBAL = 2, 0x100
ELF_PATH = "LD_LIBRARY_PATH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is different afterwards.

    Attributes:
        files: files that are there afterwards, with what is in them: new ones, and ones that took another's place.
        removed: paths that are not there any more.
        cached: glibc: libraries that ldconfig has entered into the loader's cache.
        added_directories: directories that the process adds with `os.add_dll_directory` before the load.
        preload: libraries mapped by their full path before the load, in this order, as `ctypes.CDLL` does by default.
        everywhere: the preloaded ones offer their symbols to all (RTLD_GLOBAL).
        search_first, search_last: directories in front of, or behind, those of the search variable (`PATH`,
            `LD_LIBRARY_PATH`) from the process's start on.
        search_without: directories that the search variable does not name any more.
        environment: other variables from the process's start on; `None`: unset.
        flags: flags that take the place of those of a `ctypes` request; `None`: they stay.
    """

    files: Mapping[str, Content] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    cached: tuple[str, ...] = ()
    added_directories: tuple[str, ...] = ()
    preload: tuple[str, ...] = ()
    everywhere: bool = False
    search_first: tuple[str, ...] = ()
    search_last: tuple[str, ...] = ()
    search_without: tuple[str, ...] = ()
    environment: Mapping[str, str | None] = field(default_factory=dict)
    flags: int | None = None


def changed_machine(machine: Machine, change: Change) -> Machine:
    """The machine with the change's files laid over it, and its loader's cache."""
    if change.cached and machine.system.libc == "glibc":
        machine = replace(machine, system=replace(machine.system, library_cache=_cache(machine, change.cached)))
    if not (change.files or change.removed):
        return machine
    windows = machine.system.name == "windows"
    files = OverlayFiles(machine.files, change.files, windows=windows, removed=change.removed)
    return replace(machine, files=files)


def _cache(machine: Machine, paths: Sequence[str]) -> tuple[CacheEntry, ...]:
    """The loader's cache with more libraries, each under its SONAME, as ldconfig writes it."""
    flags = DEFAULT_ID.get(machine.system.architecture, ELF_OF_ANY_LIBC)
    entries = [CacheEntry(_soname(machine, path), path, flags) for path in paths]
    return (*entries, *(machine.system.library_cache or ()))


def _soname(machine: Machine, path: str) -> str:
    try:
        return machine.files.image(path).soname or posixpath.basename(path)
    except (MalformedImage, NotKnown, LookupError):
        return posixpath.basename(path)


def changed_request(
    machine: Machine, request: LoadRequest, change: Change, start: Process | None = None
) -> LoadRequest:
    """The request as it would be made afterwards.

    Args:
        machine: the one that `changed_machine` gave.
        start: the process before the target was touched, which is when a scoped path maps its libraries: what the
            target's own code adds comes later. `None`: not known, so that the request's own state has to do.
    """
    process = _prepared(machine, request.process, change)
    if change.preload:
        process = _with_preloaded(machine, process, change, start or request.process)
    flags = request.flags if change.flags is None or request.kind != "ctypes" else change.flags
    finder = request.finder
    if finder is not None:
        finder = replace(finder, environment=_environment(machine, finder.environment, change))
    return replace(request, process=process, flags=flags, finder=finder)


def _prepared(machine: Machine, process: Process, change: Change) -> Process:
    """A process with the change's directories and variables."""
    added = tuple(AddedDirectory(path) for path in change.added_directories)
    return replace(
        process,
        added_directories=process.added_directories + added,
        environment=_environment(machine, process.environment, change),
    )


def _environment(machine: Machine, environment: Mapping[str, str], change: Change) -> dict[str, str]:
    windows = machine.system.name == "windows"
    values = dict(environment)
    for name, value in change.environment.items():
        same = [known for known in values if known.upper() == name.upper()] if windows else []
        name = same[0] if same else name
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value
    name = next((known for known in values if windows and known.upper() == "PATH"), "PATH" if windows else ELF_PATH)
    searched = searched_then(values.get(name), change, windows=windows)
    if searched is None:
        values.pop(name, None)
    else:
        values[name] = searched
    return values


def searched_then(value: str | None, change: Change, *, windows: bool) -> str | None:
    """The search variable's value after a change; `None`: not set. An empty entry, the current directory, stays."""
    if not (change.search_first or change.search_last or change.search_without):
        return value
    gone, separator = {_folded(one, windows=windows) for one in change.search_without}, ";" if windows else ":"
    standing = [one for one in value.split(separator) if _folded(one, windows=windows) not in gone] if value else []
    return separator.join((*change.search_first, *standing, *change.search_last)) or None


def _folded(path: str, *, windows: bool) -> str:
    return ntpath.normpath(path.strip('"')).lower() if windows else posixpath.normpath(path)


def failed_preloads(machine: Machine, change: Change, start: Process) -> Iterator[LoadResult]:
    """Libraries that are to be mapped beforehand and cannot be, as the model says.

    Args:
        machine: the changed one. start: see `changed_request`.
    """
    for result in _preloads(machine, change, start):
        if result.verdict is Verdict.FAILS:
            yield result


def _preloads(machine: Machine, change: Change, start: Process) -> Iterator[LoadResult]:
    """What the loader makes of each library that is mapped beforehand, with those before it in the process."""
    process = _prepared(machine, start, change)
    for path in change.preload:
        result = load(machine, preload_request(machine, process, path, everywhere=change.everywhere))
        yield result
        process = _with_mapped(machine, process, path, result, change.everywhere)


def _with_preloaded(machine: Machine, process: Process, change: Change, start: Process) -> Process:
    """The process in which they have been mapped; one whose load fails is not."""
    for path, result in zip(change.preload, _preloads(machine, change, start), strict=True):
        process = _with_mapped(machine, process, path, result, change.everywhere)
    return process


def _with_mapped(machine: Machine, process: Process, path: str, result: LoadResult, everywhere: bool) -> Process:
    if result.verdict is not Verdict.LOADS:
        return process
    mapped = [one.path for one in result.modules if one.status is Status.LOADED and one.path is not None]
    new = _not_yet(machine, process.modules, mapped)
    return replace(
        process,
        modules=process.modules + new,
        asked_for=process.asked_for if machine.system.name == "windows" else (*process.asked_for, (path, path)),
        global_modules=process.global_modules + (new if everywhere else ()),
    )


def _not_yet(machine: Machine, there: Sequence[str], mapped: Sequence[str]) -> tuple[str, ...]:
    windows = machine.system.name == "windows"
    known = {path.lower() if windows else path for path in there}
    return tuple(path for path in mapped if (path.lower() if windows else path) not in known)


def preload_request(machine: Machine, process: Process, path: str, *, everywhere: bool = False) -> LoadRequest:
    """How the scoped path maps a library: by its full path, with `ctypes`' own flags."""
    windows = machine.system.name == "windows"
    flags = CDLL_FLAGS if windows else RTLD_NOW | (RTLD_GLOBAL if everywhere else 0)
    return LoadRequest(kind="ctypes", name=path, flags=flags, process=process)


def together(first: Change, second: Change) -> Change:
    """Both changes, the second after the first."""
    return Change(
        files={**first.files, **second.files},
        removed=first.removed + second.removed,
        cached=first.cached + second.cached,
        added_directories=tuple(dict.fromkeys(first.added_directories + second.added_directories)),
        preload=tuple(dict.fromkeys(first.preload + second.preload)),
        everywhere=first.everywhere or second.everywhere,
        search_first=tuple(dict.fromkeys(second.search_first + first.search_first)),
        search_last=tuple(dict.fromkeys(first.search_last + second.search_last)),
        search_without=tuple(dict.fromkeys(first.search_without + second.search_without)),
        environment={**first.environment, **second.environment},
        flags=first.flags if second.flags is None else second.flags,
    )
