"""How findings speak of lists, searches and places, so that they all speak alike."""

from __future__ import annotations

from collections.abc import Sequence

SEARCH_FLAGS = 0x1F00  # LOAD_LIBRARY_SEARCH_*, Microsoft, LoadLibraryExW
ALTERED_SEARCH_PATH = 0x8


def listed(names: Sequence[str], limit: int = 4) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c and 7 more`."""
    names = list(names)
    if len(names) > limit:
        names = [*names[: limit - 1], f"{len(names) - limit + 1} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def are(names: Sequence[str]) -> str:
    """`is` or `are`."""
    return "is" if len(names) == 1 else "are"


def call(kind: str, name: str, flags: int, *, windows: bool) -> str:
    """The call as the Python line makes it, near enough to be recognised."""
    if kind == "import":
        return f"import {name}"
    if windows:
        return f'CDLL("{name}", winmode={flags:#x})' if flags else f'CDLL("{name}", winmode=0)'
    return f'CDLL("{name}")'


def how_windows_searches(flags: int) -> str:
    """One sentence: which places these LoadLibraryEx flags search, and which they leave out.

    Source: Microsoft, LoadLibraryExW and "Dynamic-link library search order".
    """
    if flags & SEARCH_FLAGS:
        return (
            "This load searches the file's own directory, the interpreter's, the directories added with "
            "os.add_dll_directory, and System32. PATH and the current directory do not count in it"
        )
    if flags & ALTERED_SEARCH_PATH:
        return (
            "This load searches the file's own directory, the system's, the current directory and PATH. Directories "
            "added with os.add_dll_directory do not count in it"
        )
    return (
        "winmode=0 asks for Windows' standard search order: the interpreter's directory, the system's, the current "
        "directory and PATH. Directories added with os.add_dll_directory do not count in it, and neither does the "
        "file's own directory"
    )


HOW_GLIBC_SEARCHES = (
    "Linux searches the RUNPATH (or RPATH) written into the file that needs the library, LD_LIBRARY_PATH as it was "
    "when the process started, the loader's cache, and the system's default directories"
)
