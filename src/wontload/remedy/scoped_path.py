"""The scoped path: two small files in an environment that help one package find its libraries, and nobody else.

`wontload_for_<package>.pth` is executed by `site` when that Python starts: one line puts a finder in front of
`sys.meta_path`, which reads no file and does nothing until the one package is imported. Then the module beside it is
imported, which adds directories, or maps libraries by their full path, so that the loader takes them for the names
that the package's own files ask for. Nothing in it can break Python's start: whatever goes wrong is swallowed, and
`wontload` reports it when asked (WL208).

Source: Python, `site` module (lines of a `.pth` file that begin with `import` are executed); Microsoft, "Dynamic-link
library search order" (a loaded module of the same base name is taken before any search); glibc, `dl_main` (the same for
a SONAME).
"""

from __future__ import annotations

from collections.abc import Sequence

from wontload._version import __version__
from wontload.machine.own_places import scoped_path_module

# The module must run on every Python from 3.8 on.
_MODULE = '''\
"""Made by wontload {version}: lets {package} find its native libraries, in this environment only.

`wontload undo` takes it away; so does deleting this file and {pth}.
"""
import os

ADD = {add!r}  # directories, for loads that search added ones
PRELOAD = {preload!r}  # libraries, in the order in which they need one another
EVERYWHERE = {everywhere!r}  # whether their symbols are offered to all that is loaded later (not on Windows)
kept = []  # what is added and mapped stays so while the process runs


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
'''
# A finder that finds nothing: it only notices that the package is about to be imported. It has a namespace of its own,
# since `site` executes the line inside one of its functions.
_FINDER = """\
import sys
class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == {package}:
            sys.meta_path[:] = [one for one in sys.meta_path if one is not Finder]
            try:
                import {module}
            except Exception:
                pass
sys.meta_path.insert(0, Finder)
"""
_PTH = "import sys; exec({code}, {{}})\n"


def pth_name(package: str) -> str:
    """Of its `.pth` file."""
    return f"{scoped_path_module(package)[1:]}.pth"


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
    code = _FINDER.format(package=ascii(package), module=scoped_path_module(package))
    return _PTH.format(code=ascii(code))
