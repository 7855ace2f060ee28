"""The flags of `LoadLibraryExW`, and which of them are in force.

Source: Microsoft, LoadLibraryExW (libloaderapi.h) and SetDefaultDllDirectories.
"""

from __future__ import annotations

from wontload.loader import quirks
from wontload.loader.windows.names import is_qualified, is_unc
from wontload.machine import LoadRequest, Process, System

DONT_RESOLVE_DLL_REFERENCES = 0x1
LOAD_LIBRARY_AS_DATAFILE = 0x2
LOAD_WITH_ALTERED_SEARCH_PATH = 0x8
LOAD_LIBRARY_AS_IMAGE_RESOURCE = 0x20
LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE = 0x40
SEARCH_DLL_LOAD_DIR = 0x100
SEARCH_APPLICATION_DIR = 0x200
SEARCH_USER_DIRS = 0x400
SEARCH_SYSTEM32 = 0x800
SEARCH_DEFAULT_DIRS = 0x1000
SAFE_CURRENT_DIRS = 0x2000
SEARCH_SYSTEM32_NO_FORWARDER = 0x4000

SEARCH = SEARCH_DLL_LOAD_DIR | SEARCH_APPLICATION_DIR | SEARCH_USER_DIRS | SEARCH_SYSTEM32 | SEARCH_DEFAULT_DIRS
AS_FLAT_FILE = LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE
AS_DATA = AS_FLAT_FILE | LOAD_LIBRARY_AS_IMAGE_RESOURCE


def in_force(flags: int, process: Process) -> int:
    """The flags that decide, after `SetDefaultDllDirectories` and with DEFAULT_DIRS spelled out.

    Without a SEARCH flag of its own a load takes the process's; one with an altered search path then searches the DLL
    load directory too. Source for the latter: Wine, ntdll/loader.c, LdrGetDllPath.
    """
    default = process.default_dll_directories
    if default and not flags & SEARCH:
        flags |= default & SEARCH
        if flags & LOAD_WITH_ALTERED_SEARCH_PATH:
            flags |= SEARCH_DLL_LOAD_DIR
    if flags & SEARCH_DEFAULT_DIRS:
        flags |= SEARCH_APPLICATION_DIR | SEARCH_USER_DIRS | SEARCH_SYSTEM32
    return flags


def dependent_search(flags: int) -> int:
    """Those of a module's DependentLoadFlags that decide how its imports are sought; 0: none does.

    USER_DIRS alone does nothing, unless a policy of the process says otherwise. SAFE_CURRENT_DIRS alone, as Intel's
    libraries have it, brings the standard order, in which the module's own directory has no place.
    Sources: Microsoft, "/DEPENDENTLOADFLAG"; paskalian/WID_LoadLibrary, LdrpSearchPath, as read from ntdll's code;
    uxlfoundation/oneTBB#1465 for SAFE_CURRENT_DIRS.
    """
    without_users = SEARCH & ~SEARCH_USER_DIRS
    return flags & (without_users | SAFE_CURRENT_DIRS | SEARCH_SYSTEM32_NO_FORWARDER)


def contradiction(request: LoadRequest, system: System) -> str | None:
    """Why Windows refuses the call itself with error 87; `None` when it does not.

    Source: Microsoft, LoadLibraryExW: ALTERED_SEARCH_PATH cannot be combined with a SEARCH flag, and DLL_LOAD_DIR
    wants a fully qualified path.
    Oracle: tests/oracles/windows/test_flags.py::test_flags_that_contradict_each_other
    """
    if request.flags & LOAD_WITH_ALTERED_SEARCH_PATH and request.flags & SEARCH:
        return "LOAD_WITH_ALTERED_SEARCH_PATH and a LOAD_LIBRARY_SEARCH flag exclude each other"
    if in_force(request.flags, request.process) & SEARCH_DLL_LOAD_DIR:
        if not is_qualified(request.name):
            return "LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR needs a full path"
        if is_unc(request.name) and quirks.has(system, quirks.NO_UNC_LOAD_DIRECTORY):
            return "this Wine takes no UNC path with LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR"
    return None
