"""`find_library` on macOS: CPython's own account of how dyld once searched.

Source: CPython, Lib/ctypes/util.py and Lib/ctypes/macholib/dyld.py, `dyld_find`. No real macOS confirmed it here. Where
`/opt/homebrew/lib` is not among its last directories, it finds nothing of Homebrew's on Apple silicon; Homebrew's own
Python adds it (Homebrew/homebrew-core, Formula/p/python@3.13.rb, "ctypes.find_library").
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from wontload.loader.dyld import shared_cache
from wontload.loader.find_library import NOT_KNOWN, Sought
from wontload.loader.result import SearchedPlace, Tried
from wontload.machine import Finder, Kind, Machine


def by_dyld(machine: Machine, name: str, finder: Finder, here: str) -> Sought:
    """`libNAME.dylib`, `NAME.dylib`, then a framework: the first that is a file or in the shared cache."""
    tried: list[Tried] = []
    for path in _paths(name, finder):
        whole = posixpath.normpath(posixpath.join(here, path))
        kind = machine.files.kind(whole)
        if kind is Kind.FILE or _in_shared_cache(machine, whole):
            return Sought(path)
        if kind is Kind.UNKNOWN:
            doubt = NOT_KNOWN.format(path)
            return Sought(None, _places(tried), tuple(tried), doubt=doubt)
        tried.append(Tried("dyld_find", path, "absent"))
    return Sought(None, _places(tried), tuple(tried))


def _in_shared_cache(machine: Machine, path: str) -> bool:
    """A framework of Apple's leaves its directory on the disk, a library nothing: those are known by their names."""
    if ".framework/" in path and machine.system.shared_cache is None:
        return path.startswith("/System/Library/") and machine.files.kind(posixpath.dirname(path)) is Kind.DIRECTORY
    return shared_cache.contains(machine.system, path, named=False)


def _places(tried: list[Tried]) -> tuple[SearchedPlace, ...]:
    directories = dict.fromkeys(posixpath.dirname(one.path) for one in tried)
    return tuple(SearchedPlace("dyld_find", directory) for directory in directories if directory.startswith("/"))


def _paths(name: str, finder: Finder) -> Iterator[str]:
    """`dyld_find` for each name that the library may have, in its order."""
    if finder.prefix:  # conda-forge/python-feedstock: `@executable_path/../lib/`, whose program is in prefix/bin
        yield posixpath.join(finder.prefix, "lib", f"lib{name}.dylib")
    for file in (f"lib{name}.dylib", f"{name}.dylib"):
        yield from (posixpath.join(one, posixpath.basename(file)) for one in _variable(finder, "DYLD_LIBRARY_PATH"))
        yield file
        yield from (posixpath.join(one, posixpath.basename(file)) for one in _fallbacks(finder))
    framework = f"{name}.framework/{name}"
    yield from (posixpath.join(one, framework) for one in _variable(finder, "DYLD_FRAMEWORK_PATH"))
    yield framework
    fallbacks = _variable(finder, "DYLD_FALLBACK_FRAMEWORK_PATH") or finder.framework_fallbacks
    yield from (posixpath.join(one, framework) for one in fallbacks)


def _fallbacks(finder: Finder) -> tuple[str, ...]:
    return _variable(finder, "DYLD_FALLBACK_LIBRARY_PATH") or finder.fallbacks


def _variable(finder: Finder, name: str) -> tuple[str, ...]:
    value = finder.environment.get(name)
    return tuple(value.split(":")) if value else ()
