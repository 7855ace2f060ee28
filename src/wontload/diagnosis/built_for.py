"""Extension modules that lie in a package under a name for another Python: an import passes them over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from wontload.diagnosis.case import Case

# `No module named 'numpy.core._multiarray_umath'`, `cannot import name '_c' from 'pkg'`: CPython's own words, which are
# English everywhere (Python/import.c, Lib/importlib/_bootstrap.py, Python/ceval.c).
_NO_MODULE = re.compile(r"No module named '([\w.]+)'")
_NO_NAME = re.compile(r"cannot import name '(\w+)' from (?:partially initialized module )?'([\w.]+)'")
# What stands between a module's name and `.so` or `.pyd` (PEP 3149; CPython, PC/pyconfig.h, PYD_TAGGED_SUFFIX).
_TAG = re.compile(r"\.(?:cpython-|cp)(?P<version>\d{2,3}t?)(?:-(?P<platform>[\w-]+))?\.(?:so|pyd)$")


class Stranger(NamedTuple):
    """A file that would have been the module `name` (dotted) of another Python."""

    name: str
    path: str


def strangers(case: Case) -> Iterator[Stranger]:
    """Files for other Pythons of the modules that the import missed, where none for this one is beside them."""
    for name in dict.fromkeys(missed_modules(case)):
        for directory in case.directories_of_module(name):
            yield from _in(case, name, directory)
    if (source := source_that_raised(case)) is not None:
        yield from _in(case, source.name, source.directory)


class Source(NamedTuple):
    """A module's Python source: the name of the module in its package, and the directory that it lies in."""

    name: str
    directory: str


def source_that_raised(case: Case) -> Source | None:
    """The source in which the import ended; of a module that is compiled as well, it was taken for want of that.

    Python takes a compiled module before the source beside it. Source: CPython, importlib,
    `_get_supported_file_loaders`; Cython, "Pure Python mode".
    """
    error = case.observation.error if case.observation else None
    if error is None or not error.file or not error.file.endswith(".py"):
        return None
    directory, file = case.path_module.split(error.file)
    name = file.removesuffix(".py")
    return Source(name, directory) if name.isidentifier() and name != "__init__" else None


def made_for(file_name: str, own_version: str) -> str:
    """`CPython 3.12`; for this Python's version `x86_64-linux-musl`; for a tag of another sort, the tag."""
    match = _TAG.search(file_name)
    if match is None:
        return file_name.partition(".")[2].rpartition(".")[0] or "another system"
    version = f"{match['version'][0]}.{match['version'][1:]}"
    same = own_version.split(".")[:2] == version.rstrip("t").split(".") and not version.endswith("t")
    return match["platform"] if same and match["platform"] else f"CPython {version}"


def missed_modules(case: Case) -> Iterator[str]:
    """The modules (dotted) that the import said it could not find, in the order in which it said so."""
    observation = case.observation
    if observation is None:
        return
    if observation.missing_module:
        yield observation.missing_module
    error = observation.error
    for text in (error.text, *error.chain) if error else ():
        yield from _NO_MODULE.findall(text)
        yield from (f"{module}.{name}" for name, module in _NO_NAME.findall(text))


def _in(case: Case, name: str, directory: str) -> Iterator[Stranger]:
    python, last = case.machine.python, name.rpartition(".")[2]
    listing = case.machine.files.listing(directory) or ()
    files = [one for one in listing if one.startswith(f"{last}.") and one.endswith((".so", ".pyd"))]
    own = python.extension_suffixes if python else ()
    if own and not any(one[len(last) :] in own for one in files):
        yield from (Stranger(name, case.path_module.join(directory, one)) for one in files)
