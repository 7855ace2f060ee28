"""`find_library` on Windows: PATH, and nothing else that a load searches.

Source: CPython, Lib/ctypes/util.py, `os.name == "nt"`. `c` and `m` are the C runtime, which cannot be loaded by itself
since Visual C++ 2015 (python/cpython#67794): `None`.
"""

from __future__ import annotations

import ntpath

from wontload.loader.find_library import NOT_KNOWN, Sought
from wontload.loader.result import SearchedPlace, Tried
from wontload.machine import Finder, Kind, Machine

C_RUNTIME = ("c", "m")


def by_path(machine: Machine, name: str, finder: Finder, here: str) -> Sought:
    """The name as it is and then with `.dll`, in each directory on PATH as it is then; the first file is the answer."""
    if name in C_RUNTIME:
        return Sought(None)
    directories = finder.environment.get("PATH", "").split(";")
    places = tuple(SearchedPlace("path_variable", directory) for directory in dict.fromkeys(directories) if directory)
    tried: list[Tried] = []
    for directory in directories:
        path = ntpath.join(directory, name)
        for candidate in (path,) if path.lower().endswith(".dll") else (path, f"{path}.dll"):
            kind = machine.files.kind(ntpath.normpath(ntpath.join(here, candidate)))
            if kind is Kind.UNKNOWN:
                doubt = NOT_KNOWN.format(candidate)
                return Sought(None, places, tuple(tried), doubt=doubt)
            if kind is Kind.FILE:
                return Sought(candidate)
            tried.append(Tried("path_variable", candidate, "absent"))
    return Sought(None, places, tuple(tried))
