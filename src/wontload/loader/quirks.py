"""Where a system departs from the Windows that Microsoft documents, as named flags.

`System.quirks` holds the names in force. The default is none: documented Windows. A capture that runs on Wine (ntdll
exports `wine_get_version`) sets all of `WINE`. Each was found by `tests/oracles/windows`, on Wine 8 with CPython 3.11,
and in Wine's source where a function is named.
"""

from __future__ import annotations

from wontload.machine import System

# AddDllDirectory puts each directory before the earlier ones; Windows promises no order.
# Wine: ntdll/loader.c, LdrAddDllDirectory (list_add_head).
NEWEST_ADDED_FIRST = "wine-newest-added-directory-first"

# Whatever is wrong with a dependency, the load ends in 126; Windows keeps 193 for a file that is no image.
# Wine: ntdll/loader.c, fixup_imports turns every failure of import_dll into STATUS_DLL_NOT_FOUND.
DEPENDENCY_FAILS_AS_MISSING = "wine-bad-dependency-is-126"

# A symbol that nobody exports becomes a stub that raises when called, and the load succeeds; Windows ends it in 127 or
# 182. A forwarder to an absent library likewise. Wine: ntdll/loader.c, import_dll (allocate_stub).
MISSING_SYMBOLS_LOAD = "wine-missing-symbols-load"

# A manifest of a DLL that asks for an assembly which is nowhere is as if it were not there; Windows ends the load in
# 14001. Wine: ntdll/loader.c, fixup_imports, which goes on whatever create_module_activation_context answers.
MISSING_ASSEMBLIES_ARE_IGNORED = "wine-missing-assemblies-are-ignored"

# Of a manifest beside its user the name is not compared with the one asked for, only the version.
# Wine: ntdll/actctx.c, parse_assembly_elem.
ASSEMBLY_NAMES_DO_NOT_COUNT = "wine-assembly-names-do-not-count"

# DependentLoadFlags of a load configuration are not looked at.
NO_DEPENDENT_LOAD_FLAGS = "wine-no-dependent-load-flags"

# An empty entry of PATH (`a;;b`) means the current directory: search_dll_file puts nothing before the name.
EMPTY_PATH_ENTRY_IS_CURRENT = "wine-empty-path-entry-is-current-directory"

# SetDllDirectory("") is taken as SetDllDirectory(NULL): the current directory stays in the search.
# Wine: ntdll/loader.c, LdrGetDllPath, which asks for the directory's length only.
EMPTY_DLL_DIRECTORY_IS_NONE = "wine-empty-dll-directory-is-none"

# Of files for another machine only 32-bit x86 ones are passed over; others end the search with 193. Windows is believed
# to pass over all. Wine: server/mapping.c refuses machines that the host does not run, before the loader sees them.
ONLY_X86_IS_PASSED_OVER = "wine-only-x86-is-passed-over"

# With LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR a UNC path is refused with 87. Wine: ntdll/loader.c before 9.0,
# get_dll_load_path_search_flags, whose list of path types lacks UNC_PATH.
NO_UNC_LOAD_DIRECTORY = "wine-no-unc-load-directory"

# Wine's own msvcp140.dll maps concrt140.dll when it is initialised; Microsoft's does not.
# Wine: msvcp90/misc.c; the name stands in its msvcp140.dll, which does not import it.
MSVCP140_MAPS_CONCRT140 = "wine-msvcp140-maps-concrt140"

# Its concrt140.dll and msvcp140_1.dll map msvcp140.dll when they are initialised; Microsoft's import it.
MSVC_RUNTIME_MAPS_MSVCP140 = "wine-msvc-runtime-maps-msvcp140"

# secur32.dll maps kerberos.dll, a security package, when it is initialised.
# Wine: dlls/secur32/secur32.c, SECUR32_initializeProviders.
SECUR32_MAPS_KERBEROS = "wine-secur32-maps-kerberos"

# uxtheme.dll is mapped when the first window class is registered, as initialisers of some of Wine's own DLLs do.
FIRST_WINDOW_CLASS_MAPS_UXTHEME = "wine-first-window-class-maps-uxtheme"

# A file whose base name is that of one of Wine's own DLLs is not looked into: Wine's is mapped under the file's path,
# once; a second file of that name is the module that is there already. Wine: dlls/ntdll/unix/loader.c, load_builtin.
BUILTIN_STANDS_IN = "wine-builtin-stands-in"

# A path may have 260 characters and more whatever the registry says. Wine: ntdll/path.c knows no such limit.
PATHS_OF_ANY_LENGTH = "wine-paths-of-any-length"

# The last section of an image may lack less than a sector (512 bytes) in the file, which then reads as zeros.
LAST_SECTOR_MAY_BE_CUT = "wine-last-sector-may-be-cut"

# A path without backslashes that begins with one slash is one of the Unix system that Wine runs on.
# Wine: ntdll/path.c, get_full_path_helper ("may be a Unix path").
SLASH_IS_A_UNIX_PATH = "wine-slash-is-a-unix-path"

# A file that is asked for as data is sought as SearchPathW does, whatever the flags and SetDllDirectory say.
# Wine: kernelbase/loader.c, load_library_as_datafile; ntdll/loader.c, RtlGetSearchPath.
DATA_AS_SEARCH_PATH = "wine-data-as-search-path"

# AS_DATAFILE together with AS_IMAGE_RESOURCE maps an image, so that the file must be one.
# Wine: kernelbase/loader.c, load_library_as_datafile (SEC_IMAGE).
DATA_AND_RESOURCE_IS_IMAGE = "wine-data-and-resource-is-image"

# KnownDLLs do not come before the search.
NO_KNOWN_DLLS = "wine-no-known-dlls"

# `python.exe.local` is not looked at, whatever the registry says. Wine: ntdll/loader.c, in which there is none.
NO_DOT_LOCAL = "wine-no-dot-local"

WINE = frozenset(
    {
        NEWEST_ADDED_FIRST,
        DEPENDENCY_FAILS_AS_MISSING,
        MISSING_SYMBOLS_LOAD,
        MISSING_ASSEMBLIES_ARE_IGNORED,
        ASSEMBLY_NAMES_DO_NOT_COUNT,
        NO_DEPENDENT_LOAD_FLAGS,
        EMPTY_PATH_ENTRY_IS_CURRENT,
        EMPTY_DLL_DIRECTORY_IS_NONE,
        ONLY_X86_IS_PASSED_OVER,
        NO_UNC_LOAD_DIRECTORY,
        MSVCP140_MAPS_CONCRT140,
        MSVC_RUNTIME_MAPS_MSVCP140,
        SECUR32_MAPS_KERBEROS,
        FIRST_WINDOW_CLASS_MAPS_UXTHEME,
        BUILTIN_STANDS_IN,
        PATHS_OF_ANY_LENGTH,
        SLASH_IS_A_UNIX_PATH,
        LAST_SECTOR_MAY_BE_CUT,
        DATA_AS_SEARCH_PATH,
        DATA_AND_RESOURCE_IS_IMAGE,
        NO_KNOWN_DLLS,
        NO_DOT_LOCAL,
    }
)


def has(system: System, quirk: str) -> bool:
    """Whether `quirk` is in force on this system."""
    return quirk in system.quirks
