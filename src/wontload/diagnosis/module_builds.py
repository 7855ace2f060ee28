"""Builds of one extension module of which an import takes one: `MPI.mpich.cpython-311-…so` beside `MPI.openmpi.…`.

A plain import looks for the module's name with one of Python's suffixes, and a name has no dot in it. So a file with a
further word before the suffix is found by a finder of its package's own alone, which chooses: by the library that is
here (mpi4py), by the processor.

Source: CPython, `importlib.machinery.FileFinder.find_spec` (`tail_module + suffix`, the tail being what follows the
last dot); mpi4py 4.1, `_mpiabi._Finder.find_spec`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from wontload.binary import Image

# What stands between a module's name and `.pyd`, and in place of `.so` (PEP 3149; CPython, PC/pyconfig.h,
# PYD_TAGGED_SUFFIX; PyPy and GraalPy call theirs likewise).
_PYD_TAG = r"(?:cp\d+t?|pypy\d+|graalpy\d+)-[\w-]+"
_TAGGED_SO = r"(?:cpython-\d|abi3|pypy\d|graalpy\d)[^./\\]*\.so"
TAGGED = re.compile(rf"(?i)\.(?:{_PYD_TAG}\.pyd|{_TAGGED_SO})$")
SUFFIX = re.compile(rf"(?i)(?:\.{_PYD_TAG})?\.pyd$|\.{_TAGGED_SO}$")
# Their library: `python311.dll`, `libpython3.11.so.1.0` (before 3.8 with `m` for its allocator).
OF_PYTHON = re.compile(r"(?i)(?:lib)?python(\d)\.?(\d+)[tdmu]*(?:_d)?\.(?:dll|so|dylib)")
BUILD = re.compile(r"(?P<module>[^\W\d]\w*)\.(?P<build>[\w.+-]+)")


def module_of(path: str) -> str | None:
    """The module, by its path without build and suffix, that a file is one build of; `None`: a plain import finds it.

    Args:
        path: of an extension module, with either kind of slashes.
    """
    suffix = SUFFIX.search(path) if path.lower().endswith((".pyd", ".so")) else None
    if suffix is None:
        return None
    stem = path[: suffix.start()]
    name = re.split(r"[\\/]", stem)[-1]
    found = BUILD.fullmatch(name)
    return stem[: len(stem) - len(name)] + found["module"] if found else None


def spared(failing: Iterable[str], loading: Iterable[str]) -> frozenset[str]:
    """Those of the failing files in whose place another build of the same module loads."""
    served = {module_of(path) for path in loading} - {None}
    return frozenset(path for path in failing if module_of(path) in served)


def python_needed(image: Image) -> tuple[int, int] | None:
    """The one version of Python whose library a file needs; `None` where it needs none, or that of any Python 3."""
    matches = (OF_PYTHON.match(one.library.rpartition("/")[2]) for one in image.needed)
    return next(((int(one[1]), int(one[2])) for one in matches if one), None)
