"""Windows machines that exist as values, for what no real loader here can confirm."""

from __future__ import annotations

from wontload.binary import Export, Format, Image, Import, Symbol
from wontload.loader import LoadResult
from wontload.loader.windows import load
from wontload.machine import AddedDirectory, LoadRequest, Machine, Process, System
from wontload.machine.memory import MemoryFiles

PYTHON = r"C:\Python311\python.exe"


def pe(*needs, delay=(), exports=("wl",), forwards=None, architecture="x86_64", **more) -> Image:
    """A library that needs others: names, or (name, symbols) with names and ordinals."""
    pairs = [(need, ()) if isinstance(need, str) else need for need in needs]
    imports = tuple(Import(name, symbols=tuple(map(_symbol, symbols))) for name, symbols in pairs)
    imports += tuple(Import(name, delayed=True) for name in delay)
    given = [Export(name, ordinal) for ordinal, name in enumerate(exports, 1)]
    given += [Export(name, 100, forwarder=target) for name, target in (forwards or {}).items()]
    return Image(
        format=Format.PE,
        architecture=architecture,
        bits=32 if architecture == "x86" else 64,
        needed=tuple(Import(one.library, delayed=one.delayed) for one in imports),
        read_imports=lambda: imports,
        read_exports=lambda: tuple(given),
        **more,
    )


def _symbol(taken: str | int) -> Symbol:
    return Symbol(taken) if isinstance(taken, str) else Symbol(None, taken)


def load_on(files, name, flags=0x1100, *, system=None, complete=None, denied=(), links=None, **process) -> LoadResult:
    """`name` on a machine that has these files and a Python. `added` is a list of paths, the rest is `Process`'s."""
    added = tuple(map(AddedDirectory, process.pop("added", ())))
    path = process.pop("path", "")
    state = Process(
        executable=process.pop("executable", PYTHON),
        current_directory=process.pop("current_directory", r"C:\work"),
        environment={"PATH": path},
        added_directories=added,
        **process,
    )
    directories = () if complete is not None else (r"C:\Windows\System32",)
    held = MemoryFiles(files, directories=directories, complete=complete, denied=denied, links=links)
    machine = Machine(id="test", system=System(name="windows", **(system or {})), files=held)
    return load(machine, LoadRequest(kind="ctypes", name=name, flags=flags, process=state))


def rows(result: LoadResult) -> list[tuple[str, str, str | None]]:
    """(name, status, rule) of every module."""
    return [(one.name, one.status.value, one.rule) for one in result.modules]
