"""What `ctypes.util.find_library` of one Python would answer, and what its answer would load.

It is Python code and no loader: it asks other tools and other directories, so that a library which the loader has is
not found by it, and the reverse. One module for each of its ways: `linux`, `windows`, `macos`. Pure, like the loaders.

Source: CPython, Lib/ctypes/util.py, 3.8 to 3.14 (on Linux the same in all of them) and Lib/ctypes/macholib/dyld.py; the
patches of conda-forge and of Alpine as the modules name them. Oracle: tests/probe/test_searches.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from wontload.knowledge.sought import sought_file
from wontload.loader.result import LoadResult, Module, SearchedPlace, Status, Tried, Verdict
from wontload.machine import Finder, LoadRequest, Machine

__all__ = ["NOT_KNOWN", "Sought", "load"]

NOT_KNOWN = "Whether {} is there is not known: ask ctypes.util.find_library on that machine."


class Sought(NamedTuple):
    """What a search came to.

    Attributes:
        answer: what `find_library` returns; `None` for that. doubt: why it is not known; empty where it is.
        places: the directories that were asked. tried: what was looked for there and is not.
    """

    answer: str | None
    places: tuple[SearchedPlace, ...] = ()
    tried: tuple[Tried, ...] = ()
    doubt: str = ""


def load(machine: Machine, request: LoadRequest) -> LoadResult:
    """The search, and the load of what it finds as `ctypes.CDLL` makes it; a search in vain is a load that fails."""
    from wontload.loader import load as load_it

    sought = _search(machine, request)
    if sought.answer is not None:
        asked = replace(request, kind="ctypes", name=sought.answer, finder=None)
        return replace(load_it(machine, asked), request=request, answer=sought.answer)
    error = f'find_library("{request.name}") is None'
    first = Module(
        name=sought_file(request.name, machine.system.name),
        path=None,
        status=Status.MISSING,
        needed_by=None,
        reason="not known" if sought.doubt else "not found",
        tried=sought.tried,
        error=None if sought.doubt else error,
    )
    return LoadResult(
        request=request,
        verdict=Verdict.UNDETERMINED if sought.doubt else Verdict.FAILS,
        error=None if sought.doubt else error,
        modules=(first,),
        search_order=sought.places,
        would_settle=(sought.doubt,) if sought.doubt else (),
    )


def _search(machine: Machine, request: LoadRequest) -> Sought:
    from wontload.loader.find_library import linux, macos, windows

    ways: dict[str, Callable[[Machine, str, Finder, str], Sought]] = {
        "ldconfig": linux.by_ldconfig,
        "directories": linux.by_directories,
        "path": windows.by_path,
        "dyld": macos.by_dyld,
    }
    finder = request.finder or Finder()
    way = ways.get(finder.way)
    if way is None:
        return Sought(None, doubt="This Python's ctypes.util.find_library is none that wontload knows: ask it.")
    return way(machine, request.name, finder, request.process.current_directory)
