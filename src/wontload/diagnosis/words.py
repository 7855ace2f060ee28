"""How findings speak of lists, searches and places, so that they all speak alike."""

from __future__ import annotations

from collections.abc import Sequence

from wontload.loader.windows.flags import (
    LOAD_WITH_ALTERED_SEARCH_PATH,
    SEARCH,
    SEARCH_APPLICATION_DIR,
    SEARCH_DLL_LOAD_DIR,
    SEARCH_SYSTEM32,
    SEARCH_USER_DIRS,
    in_force,
)
from wontload.machine import FIND_LIBRARY, Finder, Process

FLAGGED_PLACES = (
    (SEARCH_DLL_LOAD_DIR, "the file's own directory"),
    (SEARCH_APPLICATION_DIR, "the interpreter's directory"),
    (SEARCH_USER_DIRS, "the directories added with os.add_dll_directory"),
    (SEARCH_SYSTEM32, "System32"),
)


def listed(names: Sequence[str], limit: int = 4, *, word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c and 7 more`; `word` for the last of them."""
    names = list(names)
    if len(names) > limit:
        names = [*names[: limit - 1], f"{len(names) - limit + 1} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def are(names: Sequence[str]) -> str:
    """`is` or `are`."""
    return "is" if len(names) == 1 else "are"


def were(names: Sequence[str]) -> str:
    """`was` or `were`."""
    return "was" if len(names) == 1 else "were"


def call(kind: str, name: str, flags: int, *, windows: bool) -> str:
    """The call as the Python line makes it, near enough to be recognised."""
    if kind == "import":
        return f"import {name}"
    if kind == FIND_LIBRARY:
        return f'find_library("{name}")'
    if windows:
        return f'CDLL("{name}", winmode={flags:#x})' if flags else f'CDLL("{name}", winmode=0)'
    return f'CDLL("{name}")'


def how_windows_searches(flags: int, process: Process) -> str:
    """One sentence: which places these LoadLibraryEx flags search, and which they leave out.

    Source: Microsoft, LoadLibraryExW, SetDefaultDllDirectories, and "Dynamic-link library search order".
    """
    in_effect = in_force(flags, process)
    if in_effect & SEARCH:
        by_default = "" if flags & SEARCH else "SetDefaultDllDirectories was called in this process. "
        return f"{by_default}This load searches {_flagged_places(in_effect)}. {_left_out(in_effect)}"
    standing = "the current directory and PATH" if process.dll_directory is None else "SetDllDirectory's and PATH"
    if flags & LOAD_WITH_ALTERED_SEARCH_PATH:
        return (
            f"This load searches the file's own directory, the system's, {standing}. Directories "
            "added with os.add_dll_directory do not count in it"
        )
    return (
        f"winmode=0 asks for Windows' standard search order: the interpreter's directory, the system's, {standing}. "
        "Directories added with os.add_dll_directory do not count in it, and neither does the file's own directory"
    )


def _flagged_places(flags: int) -> str:
    found = [words for flag, words in FLAGGED_PLACES if flags & flag]
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])}, and {found[-1]}"


def _left_out(flags: int) -> str:
    added = "" if flags & SEARCH_USER_DIRS else "Directories added with os.add_dll_directory, "
    return f"{added}PATH and the current directory do not count in it"


# By `System.libc`, and by `System.name` where there is none. What glibc and musl do: docs/loaders-elf.md; dyld(1).
HOW_OTHERS_SEARCH = {
    "glibc": (
        "Linux searches the RUNPATH (or RPATH) written into the file that needs the library, LD_LIBRARY_PATH as it was "
        "when the process started, the loader's cache, and the system's default directories"
    ),
    "musl": (
        "musl searches LD_LIBRARY_PATH as it was when the process started, the RPATH or RUNPATH written into the file "
        "that needs the library and into those that brought it in, and the system's directories"
    ),
    "macos": (
        "macOS goes by the path that is written into the file that needs the library; where that begins with @rpath, "
        "by the LC_RPATH entries of the files that brought it in"
    ),
}


def how_find_library_searches(finder: Finder | None) -> str:
    """One sentence: what `ctypes.util.find_library` asks, and what it does not. Source: `loader.find_library`."""
    first = f"conda's {FINDS_BY} looks in {finder.prefix}/lib first; then it" if finder and finder.prefix else FINDS_BY
    return f"{first} {HOW_IT_FINDS.get(finder.way if finder else '', UNLIKE_OTHERS)}"


FINDS_BY = "ctypes.util.find_library"
UNLIKE_OTHERS = "of this Python was not recognised: it may search anywhere"
HOW_IT_FINDS = {
    "ldconfig": (
        "takes what ldconfig lists, then what gcc or ld would link (libNAME.so, which development packages bring, and "
        "objdump to read it); of LD_LIBRARY_PATH only ld knows"
    ),
    "directories": "looks in LD_LIBRARY_PATH, /lib, /usr/lib and /usr/local/lib: Alpine's patch of it",
    "path": "looks in the directories on PATH and nowhere else, whatever directories a load would search",
    "dyld": (
        "looks in the directories of DYLD_FALLBACK_LIBRARY_PATH, or without it in a fixed few; a Python that is not "
        "Homebrew's does not look in /opt/homebrew/lib"
    ),
}
