"""Macs that exist as values: no real dyld is to be had here."""

from __future__ import annotations

from wontload.binary import Export, Format, Image, Import, Symbol
from wontload.loader import LoadResult, Module
from wontload.loader.dyld import load
from wontload.machine import LoadRequest, Machine, Process, System
from wontload.machine.memory import MemoryFiles

PYTHON = "/opt/py/bin/python3.11"
HOME = "/Users/me"
CRYPTEX = "/System/Volumes/Preboot/Cryptexes/OS"
SYSTEM_LIBRARY = "/usr/lib/libSystem.B.dylib"


def macho(
    *needed, weak=(), lazy=(), reexports=(), rpaths=(), name=None, exports=("_wl",), flat=(), sdk=(14, 5, 0), **more
) -> Image:
    """A library that needs others: install names, or (install name, symbols). A bundle where it has no name."""
    pairs = [(need, ()) if isinstance(need, str) else need for need in (*needed, *reexports)]
    imports = tuple(Import(library, symbols=tuple(map(Symbol, symbols))) for library, symbols in pairs)
    imports += tuple(Import(library, weak=True) for library in weak)
    imports += tuple(Import(library, delayed=True) for library in lazy)
    fields = {"architecture": "aarch64", "bits": 64, "platforms": (1,), "minimum_os": (11, 0, 0), **more}
    return Image(
        format=Format.MACHO,
        needed=tuple(Import(one.library, delayed=one.delayed, weak=one.weak) for one in imports),
        soname=name,
        rpath=tuple(rpaths) or None,
        reexports=tuple(reexports),
        sdk=sdk,
        read_imports=lambda: imports,
        read_exports=lambda: tuple(map(Export, exports)),
        read_undefined=lambda: tuple(map(Symbol, flat)),
        **{"file_type": 8 if name is None else 6, **fields},
    )


def load_on(
    files,
    name,
    *,
    flags=6,
    kind="ctypes",
    caller=None,
    version="14.5",
    architecture="aarch64",
    cache=None,
    links=None,
    complete=None,
    denied=(),
    directories=(),
    **process,
) -> LoadResult:
    """`name` on a Mac that has these files. The rest is `Process`'s."""
    system = System(name="macos", version=version, architecture=architecture, shared_cache=cache)
    disk = MemoryFiles(
        files, windows=False, links=links, complete=complete, denied=denied, directories=(HOME, *directories)
    )
    state = Process(**{"executable": PYTHON, "current_directory": HOME, **process})
    request = LoadRequest(kind=kind, name=name, flags=flags, process=state, caller=caller)
    return load(Machine(id="memory", system=system, files=disk), request)


def module(result: LoadResult, name: str) -> Module:
    """The one that was asked for by that name."""
    (found,) = [one for one in result.modules if one.name == name]
    return found
