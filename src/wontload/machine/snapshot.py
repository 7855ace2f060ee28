"""A machine as one JSON file: `wontload.machine/1`. Written by us, read from strangers.

What is read is validated while it becomes values: types are taken strictly, sizes are bounded, an index that leaves its
table is an error, and every error says where in the file it is. Nothing in the file is executed, and no path in it is
ever opened here.

Layout: `machine` (system, python, environment, facts, files), `observations`, and two tables that keep it small:
`paths`, which `processes` refer to by index, and `processes`, which the load requests refer to by index.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from wontload.machine.files import Files
from wontload.machine.machine import Machine, System
from wontload.machine.memory import Content, MemoryFiles
from wontload.machine.observation import Record
from wontload.machine.process import Process
from wontload.machine.recorded import RecordedFiles
from wontload.machine.saved_code import gpu_code_of
from wontload.machine.saved_symbols import spelled
from wontload.machine.shapes import Misfit, entries, members, misfit, plain, plain_fields, reader, within
from wontload.machine.snapshot_json import LARGEST_FILE_BYTES, MAKE_ANOTHER, WHAT_IT_TAKES, BadSnapshot, parse
from wontload.machine.snapshot_values import MOST, SavedFiles, SavedMachine, content_of

SCHEMA = "wontload.machine/1"
MOST_PROCESSES = 5_000
MOST_MODULES = 1_000_000  # of all processes together
GROWING = ("modules", "asked_for")  # tables of a process that grow with each load
KEPT = "kept"  # of each, how many entries of the process before it come first
MOST_LOADS = 20_000  # of all observations
MOST_SEARCHED = 2_000_000  # directories of the variables of all loads: of some hundred loads each has some dozen
MOST_FILES = 200_000
LONGEST_PATH = 4_096  # characters: Linux' PATH_MAX; Windows programs seldom pass 260
DEEPEST_PATH = 128  # directories
LONGEST_VARIABLE = 131_072  # characters: Linux' MAX_ARG_STRLEN; Windows takes 32 767


class Snapshot(NamedTuple):
    """A saved machine, and what was tried on it."""

    machine: Machine
    records: tuple[Record, ...]


def load(path: str) -> Snapshot:
    """Read a saved machine from a file; gzip is recognised by its first bytes.

    Raises:
        BadSnapshot: not readable, not JSON, another schema, or not what the schema says.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST_FILE_BYTES + 1)
    except IsADirectoryError as error:
        raise BadSnapshot(f"{path} is a directory without a system's etc and usr or lib.", WHAT_IT_TAKES) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it cannot be opened"
        raise BadSnapshot(f"cannot read {path}: {why}.", WHAT_IT_TAKES) from error
    return loads(data, path)


def loads(data: bytes, name: str) -> Snapshot:
    """The machine and the records in `data`; `name` is how messages call it. Raises `BadSnapshot`."""
    raw = parse(data, name)
    schema = raw.get("schema")
    if schema != SCHEMA:
        found = f"its schema is {schema}" if isinstance(schema, str) else "it names no schema"
        raise BadSnapshot(
            f"{name} is not a saved machine of this version: {found[:80]}, and {SCHEMA} is needed.", MAKE_ANOTHER
        )
    try:
        return _structure(spelled(raw))
    except Misfit as error:
        where = f"at {error.where()[:200]}, " if error.keys else ""
        raise BadSnapshot(f"{name} is damaged or was made by hand: {where}{error.what[:200]}.", MAKE_ANOTHER) from error


def _structure(raw: dict[str, Any]) -> Snapshot:
    paths: tuple[str, ...] = _part(raw, "paths", tuple[str, ...])
    processes = _processes(raw.get("processes", []), paths)
    machine = _machine(_part(raw, "machine", SavedMachine))

    def process(value: Any) -> Process:
        return processes[_index(value, processes)]

    records = reader(tuple[Record, ...], MOST, {Process: process})
    with within("observations"):
        found = records(raw.get("observations", []))
        _bound_loads(found)
    return Snapshot(machine, found)


def _part(raw: dict[str, Any], name: str, kind: Any) -> Any:
    with within(name):
        return reader(kind, MOST)(raw.get(name, [] if name == "paths" else None))


def _processes(raw: Any, paths: Sequence[str]) -> list[Process]:
    found: list[Process] = []
    structure, modules = reader(Process, MOST), 0
    with within("processes"):
        raw = entries(raw, MOST_PROCESSES)
    for number, one in enumerate(raw):
        with within("processes", number):
            found.append(_process(one, paths, structure, found[-1] if found else None))
            modules += len(found[-1].modules) + len(found[-1].asked_for)
            if modules > MOST_MODULES:
                raise Misfit(f"more than {MOST_MODULES} modules of all processes")
    return found


def _process(raw: Any, paths: Sequence[str], structure: Any, before: Process | None) -> Process:
    indices, asked = members(raw).get("modules", []), raw.get("asked_for", [])
    kept = {name: _kept(raw, name, getattr(before, name, ())) for name in GROWING}
    with within("modules"):
        modules = [paths[_index(index, paths)] for index in entries(indices, MOST[Process, "modules"])]
    with within("asked_for"):
        pairs = [[paths[_index(one, paths)] for one in entries(pair)] for pair in entries(asked, MOST_MODULES)]
    own = {"modules": [*kept["modules"], *modules], "asked_for": [*map(list, kept["asked_for"]), *pairs]}
    process: Process = structure({**raw, **own})
    _bound_variables(process.environment.values())
    _bound_paths((process.executable, process.current_directory))
    return process


def _kept(raw: dict[str, Any], name: str, before: Sequence[Any]) -> Sequence[Any]:
    """What the table of the process before it begins with, and this one's too."""
    with within(KEPT, name):
        return before[: _index(members(raw.get(KEPT, {})).get(name, 0), range(len(before) + 1))]


def _bound(what: str, values: Any, most: int) -> None:
    if len(values) > most:
        raise Misfit(f"more than {most} {what}")


def _bound_paths(paths: Iterable[str]) -> None:
    """So that nobody's paths cost more than paths do: the work for one grows with its depth."""
    for path in paths:
        if len(path) > LONGEST_PATH or path.count("/") + path.count("\\") > DEEPEST_PATH:
            raise Misfit(f"the path {path[:60]!r}… is longer or deeper than paths are")


def _bound_variables(values: Iterable[str]) -> None:
    if any(len(value) > LONGEST_VARIABLE for value in values):
        raise Misfit(f"a variable of more than {LONGEST_VARIABLE} characters")


def _bound_loads(records: Sequence[Record]) -> None:
    """The work for each load grows with what its process searches."""
    loads = [load for record in records for load in record.observation.loads]
    _bound("loads", loads, MOST_LOADS)
    widths: dict[int, int] = {}
    for load in loads:
        process = load.request.process
        if id(process) not in widths:
            widths[id(process)] = sum(1 + value.count(";") + value.count(":") for value in process.environment.values())
            widths[id(process)] += len(process.added_directories)
    _bound_paths(load.request.name for load in loads)
    if sum(widths[id(load.request.process)] for load in loads) > MOST_SEARCHED:
        raise Misfit(f"more than {MOST_SEARCHED} directories for its loads to search")


def _index(value: object, table: Any) -> int:
    if type(value) is not int:
        raise misfit(value, "a whole number")
    if not 0 <= value < len(table):
        raise Misfit(f"{str(value)[:20]} is not in a table of {len(table)}")
    return value


def _machine(saved: SavedMachine) -> Machine:
    with within("machine"):
        if saved.id in ("", "this") or saved.system.name not in ("windows", "linux", "macos"):
            raise Misfit(f"{saved.id[:60]!r} with {saved.system.name[:60]!r} is no machine's id and system")
        _bound_variables(saved.environment.values())
        _bound_system(saved)
        system, files = files_of(saved)
    return Machine(
        id=saved.id,
        system=system,
        files=files,
        python=saved.python,
        environment=saved.environment,
        facts=saved.facts,
        inventory=saved.inventory,
        exports_cut=saved.files.exports_cut,
        gpu_code={path: gpu_code_of(code) for path, code in saved.files.gpu_code.items()},
    )


def _bound_system(saved: SavedMachine) -> None:
    """The paths that stand outside of `files`."""
    system, inventory = saved.system, saved.inventory
    _bound_paths((system.windows_directory, system.lib, system.platform, *system.default_directories))
    _bound_paths(point for point, _ in system.mounts)
    _bound_paths(entry.path for entry in system.library_cache or ())
    if saved.python:
        python = saved.python
        _bound_paths((python.executable, python.base_executable, python.prefix, python.base_prefix, *python.path))
    _bound_paths(file.path for one in inventory.distributions or () for file in one.files)
    _bound_paths(place for one in inventory.toolkits or () for place in (one.directory, *one.libraries))


def files_of(saved: SavedMachine) -> tuple[System, Files]:
    """The disks, over those of a clean system where the file says so; and the system with what that one knows.

    Raises `Misfit`.
    """
    windows, system, files = saved.system.name == "windows", saved.system, saved.files
    paths = (*files.images, *files.directories, *(files.complete or ()), *files.links, *files.links.values())
    paths += (*files.denied, *files.texts, *files.listings, *files.kinds, *files.reals, *files.reals.values())
    paths += (*files.gpu_code, *chain.from_iterable(files.same))
    _bound("files", paths, MOST_FILES)
    _bound("names in directories", tuple(chain.from_iterable(files.listings.values())), MOST_FILES)
    _bound_paths(paths)
    complete: set[str] | None = None if files.complete is None else set(files.complete)
    contents: dict[str, Content] = {}
    if files.base:
        contents, system = _clean(files.base, system)
        if complete is not None:
            complete |= {path.rsplit("\\" if windows else "/", 1)[0] for path in contents}
    contents |= _contents(files)
    contents |= {path: text.encode("utf-8", "replace") for path, text in files.texts.items()}
    memory = MemoryFiles(
        contents,
        directories=files.directories,
        links=files.links,
        windows=windows,
        complete=complete,
        denied=files.denied,
    )
    if not (files.listings or files.kinds or files.reals or files.same):
        return system, memory
    return system, RecordedFiles(
        memory, windows=windows, listings=files.listings, kinds=files.kinds, reals=files.reals, same=files.same
    )


def _clean(base: str, system: System) -> tuple[dict[str, Content], System]:
    from wontload.machine.profile import profile_files, profile_system

    try:
        return profile_files(base), profile_system(base, system)
    except (LookupError, ValueError) as error:
        raise Misfit(f"no clean system is called {base[:60]!r}").inside("base").inside("files") from error


def _contents(files: SavedFiles) -> dict[str, Content]:
    found = {}
    for path, image in files.images.items():
        with within("files", "images", path, "image"):
            found[path] = content_of(path, image)
    return found


def dump(machine: SavedMachine, records: tuple[Record, ...]) -> dict[str, Any]:
    """The JSON object of a machine: what `loads` reads. What holds its default is left out."""
    paths: dict[str, int] = {}
    processes: dict[str, int] = {}  # as text, in the order met
    known: dict[int, int] = {}

    def number(process: Process) -> int:
        if id(process) not in known:
            data = plain_fields(process)
            if process.modules:
                data["modules"] = [paths.setdefault(path, len(paths)) for path in process.modules]
            if process.asked_for:
                data["asked_for"] = [[paths.setdefault(one, len(paths)) for one in pair] for pair in process.asked_for]
            known[id(process)] = processes.setdefault(json.dumps(data), len(processes))
        return known[id(process)]

    observations = [plain(record, {Process: number}) for record in records]
    whole = [json.loads(process) for process in processes]
    return {
        "schema": SCHEMA,
        "machine": plain(machine),
        "observations": observations,
        "processes": [_grown(one, before) for one, before in zip(whole, [{}, *whole], strict=False)],
        "paths": list(paths),
    }


def _grown(process: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """A process, of whose growing tables only that is written which the one before it does not begin with."""
    kept = {name: _shared(process.get(name, ()), before.get(name, ())) for name in GROWING}
    kept = {name: count for name, count in kept.items() if count}
    rest = {name: process[name][count:] for name, count in kept.items()}
    return {**process, **rest, KEPT: kept} if kept else process


def _shared(one: Sequence[Any], other: Sequence[Any]) -> int:
    """How many entries two tables have in common from their start."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def packed(value: dict[str, Any], name: str) -> bytes:
    """The object as the bytes of a file of that name: gzip when it ends in `.gz`. Equal values give equal bytes."""
    data = json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"
    return gzip.compress(data, mtime=0) if name.lower().endswith(".gz") else data
