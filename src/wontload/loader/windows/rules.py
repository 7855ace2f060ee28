"""The search order: each rule is a function that proposes directories, and the order is a list of rules.

A rule's name is its identifier in every answer and a heading of docs/loaders.md.
Source of all, where no other is named: Microsoft, "Dynamic-link library search order" and LoadLibraryExW.
Oracle of all: tests/oracles/windows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wontload.loader import quirks
from wontload.loader.windows.context import Load, Rule
from wontload.loader.windows.flags import (
    AS_DATA,
    LOAD_WITH_ALTERED_SEARCH_PATH,
    SEARCH,
    SEARCH_APPLICATION_DIR,
    SEARCH_DLL_LOAD_DIR,
    SEARCH_SYSTEM32,
    SEARCH_USER_DIRS,
    in_force,
)
from wontload.loader.windows.names import directory_of
from wontload.machine import Machine, Process

# The current directory as it stands in the search order, so that a semicolon in its own name parts nothing.
# Source: Wine, ntdll/loader.c, get_dll_load_path. Oracle: test_names.py::test_a_semicolon_in_a_directory_parts_it
CURRENT = "."


def dll_load_directory(load: Load) -> Iterator[str]:
    """The directory of the file first asked for. A dependency does not bring its own.

    Oracle: test_flags.py::test_load_directory_belongs_to_the_first_file
    """
    yield directory_of(load.first_file)


def application_directory(load: Load) -> Iterator[str]:
    """The directory of the process's executable: of the *base* interpreter, in a virtual environment."""
    yield directory_of(load.process.executable)


def altered_search_path(load: Load) -> Iterator[str]:
    """With LOAD_WITH_ALTERED_SEARCH_PATH, the directory of the file asked for, in the application directory's place.

    Only a name with a backslash has one. For a relative path Microsoft leaves the outcome open; this is what Wine does
    (ntdll/loader.c, LdrGetDllPath).
    """
    if "\\" in load.first_name:
        yield directory_of(load.first_name)
    else:
        yield from application_directory(load)


def added_directories(load: Load) -> Iterator[str]:
    """What `os.add_dll_directory` added, in the order of the calls. Windows promises no order among them."""
    added = [load.absolute(directory.path) for directory in load.process.added_directories]
    yield from reversed(added) if load.has_quirk(quirks.NEWEST_ADDED_FIRST) else added


def dll_directory(load: Load) -> Iterator[str]:
    """`SetDllDirectory`'s. An empty one adds nothing and still takes the current directory out.

    With SEARCH flags it counts under USER_DIRS; that it comes after the added directories is believed, from Wine.
    """
    if load.process.dll_directory:
        yield load.process.dll_directory


def system32(load: Load) -> Iterator[str]:
    """The system directory; for a 32-bit process on 64-bit Windows that is SysWOW64 on disk."""
    yield load.system_directory


def system16(load: Load) -> Iterator[str]:
    """The 16-bit system directory, `System`."""
    yield load.windows_directory + "\\System"


def windows_directory(load: Load) -> Iterator[str]:
    """Windows' own directory."""
    yield load.windows_directory


def current_directory(load: Load) -> Iterator[str]:
    """Where the process stands at the moment of the load, unless `SetDllDirectory` was called."""
    stays = load.process.dll_directory is None or _is_search_path(load.machine, load.flags)
    if stays or (load.process.dll_directory == "" and load.has_quirk(quirks.EMPTY_DLL_DIRECTORY_IS_NONE)):
        yield CURRENT


def path_variable(load: Load) -> Iterator[str]:
    """PATH as it is at the moment of the load, entry by entry; relative ones start at the current directory."""
    entries = load.process.environment.get("PATH", "").split(";")
    if not entries[-1]:  # what stands behind the last semicolon is no entry
        entries.pop()
    for entry in entries:
        if entry or load.has_quirk(quirks.EMPTY_PATH_ENTRY_IS_CURRENT):
            yield entry or "."


# In force when any LOAD_LIBRARY_SEARCH_* flag is given; each rule only under its own flag. PATH and the current
# directory are not in it at all.
FLAGGED_ORDER: tuple[tuple[int, Rule], ...] = (
    (SEARCH_DLL_LOAD_DIR, dll_load_directory),
    (SEARCH_APPLICATION_DIR, application_directory),
    (SEARCH_USER_DIRS, added_directories),
    (SEARCH_USER_DIRS, dll_directory),
    (SEARCH_SYSTEM32, system32),
)
SYSTEM_DIRECTORIES: tuple[Rule, ...] = (system32, system16, windows_directory)
# Safe search mode, the default: the current directory comes late.
STANDARD_ORDER: tuple[Rule, ...] = (dll_directory, *SYSTEM_DIRECTORIES, current_directory, path_variable)
# Of a packaged process: neither Windows' directory nor the current one nor PATH. Its package's own files lie below the
# application directory; those of packages that it depends on come before, and are not known here. Documented, with one
# report for Python (numpy/numpy#12667). Source: Microsoft, "Dynamic-link library search order", "Search order for
# packaged apps".
PACKAGED_ORDER: tuple[Rule, ...] = (system32,)
# Of SearchPathW, which asks no SetDllDirectory and knows a safe mode of its own, off by default.
SEARCH_PATH_ORDER: tuple[Rule, ...] = (application_directory, current_directory, *SYSTEM_DIRECTORIES, path_variable)
UNSAFE_ORDER: tuple[Rule, ...] = (dll_directory, current_directory, *SYSTEM_DIRECTORIES, path_variable)


def search_order(flags: int, process: Process) -> tuple[Rule, ...]:
    """The rules that propose directories for one load, in the order in which Windows asks them."""
    if flags & SEARCH:
        return tuple(rule for flag, rule in FLAGGED_ORDER if flags & flag)
    first = altered_search_path if flags & LOAD_WITH_ALTERED_SEARCH_PATH else application_directory
    if process.packaged:
        return (first, *PACKAGED_ORDER)
    return (first, *(STANDARD_ORDER if process.safe_search_mode else UNSAFE_ORDER))


def load_of(machine: Machine, process: Process, flags: int, first_name: str) -> Load:
    """One call with the flags that a program gives, and the order in which it searches."""
    own = in_force(flags, process)
    order = SEARCH_PATH_ORDER if _is_search_path(machine, own) else search_order(own, process)
    return Load(machine, process, own, first_name, order)


def _is_search_path(machine: Machine, flags: int) -> bool:
    return bool(flags & AS_DATA) and quirks.has(machine.system, quirks.DATA_AS_SEARCH_PATH)


def with_flags(load: Load, flags: int, first_name: str) -> Load:
    """The same process with other flags: a module's DependentLoadFlags, or a delay load."""
    own = in_force(flags, load.process)
    return replace(load, flags=own, first_name=first_name, rules=search_order(own, load.process))
