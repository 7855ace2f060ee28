"""A machine as one JSON file: `wontload.machine/1`. Written by us, read from strangers.

What is read is validated while it becomes values: types are taken strictly, sizes are bounded, an index that leaves its
table is an error. Nothing in the file is executed, and no path in it is ever opened here.

Layout: `machine` (system, python, environment, facts, files), `observations`, and two tables that keep it small:
`paths`, which `processes` refer to by index, and `processes`, which the load requests refer to by index.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, NamedTuple

from wontload.errors import WontloadError
from wontload.machine.files import Files
from wontload.machine.machine import Machine, System
from wontload.machine.memory import Content, MemoryFiles
from wontload.machine.observation import Record
from wontload.machine.process import Process
from wontload.machine.recorded import RecordedFiles
from wontload.machine.snapshot_values import SavedMachine, content_of, converter, process_converters

SCHEMA = "wontload.machine/1"
LARGEST_FILE_BYTES = 32 << 20  # of JSON, unpacked; an ordinary machine takes less than one MB
MOST_PROCESSES = 5_000
MOST_MODULES = 10_000  # of one process
MOST_LOADS = 20_000  # of all observations
MOST_FILES = 200_000
LONGEST_PATH = 4_096  # characters: Linux' PATH_MAX; Windows programs seldom pass 260
DEEPEST_PATH = 128  # directories
LONGEST_VARIABLE = 131_072  # characters: Linux' MAX_ARG_STRLEN; Windows takes 32 767


WHAT_IT_TAKES = "--machine takes a file made by wontload on another machine."
MAKE_ANOTHER = "Save the other machine again with its wontload, or update this one."


class BadSnapshot(WontloadError):
    """The file is no saved machine that this version can read."""


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
        raise BadSnapshot(f"{path} is a directory.", WHAT_IT_TAKES) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it cannot be opened"
        raise BadSnapshot(f"cannot read {path}: {why}.", WHAT_IT_TAKES) from error
    return loads(data, path)


def loads(data: bytes, name: str) -> Snapshot:
    """The machine and the records in `data`; `name` is how messages call it. Raises `BadSnapshot`."""
    raw = _parse(data, name)
    schema = raw.get("schema")
    if schema != SCHEMA:
        found = f"its schema is {schema}" if isinstance(schema, str) else "it names no schema"
        raise BadSnapshot(
            f"{name} is not a saved machine of this version: {found[:80]}, and {SCHEMA} is needed.", MAKE_ANOTHER
        )
    import cattrs  # 50 ms, and only --machine needs it

    try:
        return _structure(raw)
    except (cattrs.BaseValidationError, cattrs.StructureHandlerNotFoundError) as error:
        where = "; ".join(cattrs.transform_error(error)[:2])
        raise BadSnapshot(f"{name} is damaged or was made by hand: {where[:300]}.", MAKE_ANOTHER) from error
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
        what = f"{type(error).__name__} {error}"[:300]
        raise BadSnapshot(f"{name} is damaged or was made by hand: {what}.", MAKE_ANOTHER) from error


def _parse(data: bytes, name: str) -> dict[str, Any]:
    if not data:
        raise BadSnapshot(f"{name} is empty.", MAKE_ANOTHER)
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip_bounded(data)
        except (OSError, EOFError, zlib.error) as error:
            raise BadSnapshot(f"{name} is a damaged gzip file.", "Copy it again from the other machine.") from error
    if len(data) > LARGEST_FILE_BYTES:
        size = f"{LARGEST_FILE_BYTES >> 20} MB"
        raise BadSnapshot(f"{name} is larger than {size}, so it is no saved machine.", WHAT_IT_TAKES)
    try:
        raw = json.loads(data, parse_constant=_no_number)
    except ValueError as error:
        raise BadSnapshot(f"{name} is not JSON: {str(error)[:80]}.", WHAT_IT_TAKES) from error
    except RecursionError as error:
        raise BadSnapshot(f"{name} is nested too deeply to be a saved machine.", WHAT_IT_TAKES) from error
    if not isinstance(raw, dict):
        raise BadSnapshot(f"{name} is not a saved machine: it holds a {type(raw).__name__}.", WHAT_IT_TAKES)
    return raw


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number")


def gzip_bounded(data: bytes) -> bytes:
    """Unpack, stopping one byte past the limit, so that a small file cannot fill the memory."""
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        return file.read(LARGEST_FILE_BYTES + 1)


def _structure(raw: dict[str, Any]) -> Snapshot:
    structure = converter().structure
    paths = structure(raw.get("paths", []), tuple[str, ...])
    _bound("processes", raw.get("processes", []), MOST_PROCESSES)
    processes = [_process(one, paths) for one in raw.get("processes", [])]
    machine = _machine(structure(raw["machine"], SavedMachine))
    observations = raw.get("observations", [])
    _bound("loads", [load for one in observations for load in one["observation"].get("loads", ())], MOST_LOADS)
    _exchange_processes(observations, lambda index: processes[_index(index, processes)])
    return Snapshot(machine, structure(observations, tuple[Record, ...]))


def _exchange_processes(observations: list[dict[str, Any]], exchange: Callable[[Any], Any]) -> None:
    """Put what `exchange` answers in the place of every process: a number's process, or a process's number."""
    for one in observations:
        one["start"] = exchange(one["start"])
        for load in one["observation"].get("loads", ()):
            load["request"]["process"] = exchange(load["request"]["process"])


def _bound(what: str, values: Any, most: int) -> None:
    if len(values) > most:
        raise ValueError(f"more than {most} {what}")


def _bound_paths(paths: Iterable[str]) -> None:
    """So that nobody's paths cost more than paths do: the work for one grows with its depth."""
    for path in paths:
        if len(path) > LONGEST_PATH or path.count("/") + path.count("\\") > DEEPEST_PATH:
            raise ValueError(f"the path {path[:60]}… is longer or deeper than paths are")


def _process(raw: dict[str, Any], paths: tuple[str, ...]) -> Process:
    indices = raw.get("modules", [])
    _bound("modules in one process", indices, MOST_MODULES)
    modules = tuple(paths[_index(index, paths)] for index in indices)
    structure, _ = process_converters()
    process: Process = structure({**raw, "modules": modules}, Process)
    _bound_variables(process.environment.values())
    return process


def _bound_variables(values: Iterable[str]) -> None:
    if any(len(value) > LONGEST_VARIABLE for value in values):
        raise ValueError(f"a variable of more than {LONGEST_VARIABLE} characters")


def _index(value: object, table: Any) -> int:
    if type(value) is not int or not 0 <= value < len(table):
        raise IndexError(f"{value!r} is not in a table of {len(table)}")
    return value


def _machine(saved: SavedMachine) -> Machine:
    if saved.id in ("", "this") or saved.system.name not in ("windows", "linux", "macos"):
        raise ValueError(f"{saved.id!r} with {saved.system.name!r} is no machine's id and system")
    _bound_variables(saved.environment.values())
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
    )


def files_of(saved: SavedMachine) -> tuple[System, Files]:
    """The disks, over those of a clean system where the file says so; and the system with what that one knows."""
    windows, system, files = saved.system.name == "windows", saved.system, saved.files
    paths = (*files.images, *files.directories, *(files.complete or ()), *files.links, *files.links.values())
    paths += (*files.denied, *files.texts, *files.listings, *files.kinds, *files.reals, *files.reals.values())
    paths += tuple(chain.from_iterable(files.same))
    _bound("files", paths, MOST_FILES)
    _bound("names in directories", tuple(chain.from_iterable(files.listings.values())), MOST_FILES)
    _bound_paths(paths)
    complete: set[str] | None = None if files.complete is None else set(files.complete)
    contents: dict[str, Content] = {}
    if files.base:
        from wontload.machine.profile import profile_files, profile_system

        contents = profile_files(files.base)
        system = profile_system(files.base, system)
        if complete is not None:
            complete |= {path.rsplit("\\" if windows else "/", 1)[0] for path in contents}
    contents |= {path: content_of(path, image) for path, image in files.images.items()}
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


def dump(machine: SavedMachine, records: tuple[Record, ...]) -> dict[str, Any]:
    """The JSON object of a machine: what `loads` reads. What holds its default is left out."""
    _, unstructure_process = process_converters()
    paths: dict[str, int] = {}
    processes: dict[str, int] = {}  # as text, in the order met
    known: dict[int, int] = {}

    def number(process: Process) -> int:
        if id(process) not in known:
            plain = unstructure_process(process)
            if process.modules:
                plain["modules"] = [paths.setdefault(path, len(paths)) for path in process.modules]
            known[id(process)] = processes.setdefault(json.dumps(plain), len(processes))
        return known[id(process)]

    observations = converter().unstructure(list(records))
    _exchange_processes(observations, number)
    return {
        "schema": SCHEMA,
        "machine": converter().unstructure(machine),
        "observations": observations,
        "processes": [json.loads(process) for process in processes],
        "paths": list(paths),
    }


def packed(value: dict[str, Any], name: str) -> bytes:
    """The object as the bytes of a file of that name: gzip when it ends in `.gz`. Equal values give equal bytes."""
    data = json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"
    return gzip.compress(data, mtime=0) if name.lower().endswith(".gz") else data
