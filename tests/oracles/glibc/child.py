"""Loads libraries for real and says what came of it: `child.py NAME…` with the last one being the question.

Names before the last are loaded first, so that they are in the process already; a `global:` before a name asks for
RTLD_GLOBAL, a `lazy:` for RTLD_LAZY, a `noload:` for RTLD_NOLOAD, an `import:` for the way of an import, whose module
is not initialised, and `import=N:` for that with other flags. With `--via PATH` before all, the library at PATH calls
`dlopen` for the last one, through its function `ask(name, mode)`, which gives what `dlerror` says.
Standard library only; started with `-I -S` to have as few modules as an interpreter can.
"""

import _ctypes
import _imp
import contextlib
import ctypes
import json
import os
import sys
import types

MODES = {"global": os.RTLD_NOW | os.RTLD_GLOBAL, "lazy": os.RTLD_LAZY, "noload": os.RTLD_NOW | os.RTLD_NOLOAD}


class LinkMap(ctypes.Structure):
    """link.h, `struct link_map`: what glibc shows of an object."""


LinkMap._fields_ = [
    ("l_addr", ctypes.c_void_p),
    ("l_name", ctypes.c_char_p),
    ("l_ld", ctypes.c_void_p),
    ("l_next", ctypes.POINTER(LinkMap)),
    ("l_prev", ctypes.POINTER(LinkMap)),
]


def link_map():
    """Names of all objects, in order; the executable's own by its path."""
    one = ctypes.cast(_ctypes.dlopen(None, ctypes.RTLD_LOCAL), ctypes.POINTER(LinkMap))
    names = []
    while one:
        names.append(os.fsdecode(one.contents.l_name) or os.readlink("/proc/self/exe"))
        one = one.contents.l_next
    return names


def open_library(name):
    if name.startswith(("import:", "import=")):
        how, _, path = name.partition(":")
        sys.setdlopenflags(int(how.partition("=")[2] or os.RTLD_NOW))
        return open_as_import(path)
    mode, _, bare = name.rpartition(":") if name.startswith(tuple(f"{one}:" for one in MODES)) else ("", "", name)
    handle = _ctypes.dlopen(bare, MODES.get(mode, os.RTLD_NOW))
    return [bare, os.fsdecode(ctypes.cast(handle, ctypes.POINTER(LinkMap)).contents.l_name)]


def open_as_import(path):
    """As the import system opens an extension module; it then looks for an initialiser of a name that nobody has."""
    try:
        _imp.create_dynamic(types.SimpleNamespace(name="nobody_has_this", origin=path))
    except ImportError as error:
        if "PyInit_nobody_has_this" not in str(error):
            raise OSError(str(error)) from None
    return [path, path]


def open_via(via, name):
    via.ask.restype = ctypes.c_char_p
    error = via.ask(os.fsencode(name), os.RTLD_NOW)
    if error:
        raise OSError(os.fsdecode(error))


def main():
    via = sys.argv[2] if sys.argv[1] == "--via" else None
    *earlier, name = sys.argv[3:] if via else sys.argv[1:]
    answer = {"caller": via or getattr(_ctypes, "__file__", None), "earlier": [], "error": None}
    library = ctypes.CDLL(via) if via else None
    for one in earlier:
        with contextlib.suppress(OSError):
            answer["earlier"].append(open_library(one))
    answer["before"] = link_map()
    print(json.dumps(answer), flush=True)  # in case the load ends the process
    try:
        if library:
            open_via(library, name)
        else:
            answer["opened"] = open_library(name)[1]
    except OSError as error:
        answer["error"] = str(error)
    answer["after"] = link_map()
    print(json.dumps(answer), flush=True)


main()
