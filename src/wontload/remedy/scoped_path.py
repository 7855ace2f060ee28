"""The scoped path: two small files in an environment that help one package find its libraries, and nobody else.

`wontload_<package>.pth` is executed by `site` when that Python starts; it imports the module beside it, which puts a
finder in front of `sys.meta_path` and does nothing until the one package is imported. Then it adds directories, or maps
libraries by their full path, so that the loader takes them for the names that the package's own files ask for. Nothing
in it can break Python's start: whatever goes wrong is swallowed, and `wontload` reports it when asked.

Source: Python, `site` module (lines of a `.pth` file that begin with `import` are executed); Microsoft, "Dynamic-link
library search order" (a loaded module of the same base name is taken before any search); glibc, `dl_main` (the same for
a SONAME).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from wontload._version import __version__

# The module must run on every Python from 3.8 on and import nothing before the package is asked for: `site` runs it at
# each start of that interpreter.
_MODULE = '''\
"""Made by wontload {version}: lets {package} find its native libraries, in this environment only.

`wontload undo` takes it away; so does deleting this file and {pth}.
"""
import sys

PACKAGE = {package!r}
ADD = {add!r}  # directories, for loads that search added ones
PRELOAD = {preload!r}  # libraries, in the order in which they need one another
EVERYWHERE = {everywhere!r}  # whether their symbols are offered to all that is loaded later (not on Windows)
kept = []  # what is added and mapped stays so while the process runs


class Finder:
    """Finds nothing: it only notices that the package is about to be imported."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == PACKAGE:
            sys.meta_path[:] = [one for one in sys.meta_path if one is not Finder]
            try:
                prepare()
            except Exception:
                pass
        return None


def prepare():
    import os

    if hasattr(os, "add_dll_directory"):
        for directory in ADD:
            if os.path.isdir(directory):
                kept.append(os.add_dll_directory(directory))
    present = [path for path in PRELOAD if os.path.isfile(path)]
    if present:
        import ctypes

        mode = ctypes.RTLD_GLOBAL if EVERYWHERE else ctypes.DEFAULT_MODE
        for path in present:
            try:
                kept.append(ctypes.CDLL(path, mode=mode))
            except OSError:
                pass


sys.meta_path.insert(0, Finder)
'''
_PTH = 'import sys; exec("try:\\n import {module}\\nexcept Exception:\\n pass")\n'


def module_name(package: str) -> str:
    """Of the module that serves one package: an identifier that no package is likely to have."""
    return "_wontload_for_" + re.sub(r"\W", "_", package)


def pth_name(package: str) -> str:
    """Of its `.pth` file."""
    return f"{module_name(package)[1:]}.pth"


def module_text(package: str, *, add: Sequence[str] = (), preload: Sequence[str] = (), everywhere: bool = False) -> str:
    """The module.

    Args:
        package: top-level import name.
        add: directories for `os.add_dll_directory`.
        preload: full paths of libraries, each after those that it needs.
        everywhere: map them with RTLD_GLOBAL.
    """
    return _MODULE.format(
        version=__version__,
        package=package,
        pth=pth_name(package),
        add=list(add),
        preload=list(preload),
        everywhere=everywhere,
    )


def pth_text(package: str) -> str:
    """The one line that `site` executes: it survives the loss of the module beside it."""
    return _PTH.format(module=module_name(package))
