"""A machine as one JSON file: `wontload.machine/1`. Written by us, read from strangers.

What is read is validated while it becomes values: types are taken strictly, sizes are bounded, an index that leaves its
table is an error. Nothing in the file is executed, and no path in it is ever opened here.

Layout: `machine` (system, python, environment, facts, files), `observations`, and two tables that keep it small:
`paths`, which `processes` refer to by index, and `processes`, which the load requests refer to by index.
"""

from __future__ import annotations

import gzip
import json
import math
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, TypeVar

from wontload.binary import Bindings, Defect, Export, Image, MalformedImage, Symbol
from wontload.errors import WontloadError
from wontload.machine.machine import Machine, Python, System
from wontload.machine.memory import Content, MemoryFiles
from wontload.machine.observation import Record
from wontload.machine.process import Process

SCHEMA = "wontload.machine/1"
LARGEST_FILE_BYTES = 32 << 20  # of JSON, unpacked; an ordinary machine takes less than one MB
MOST_PROCESSES = 5_000
MOST_MODULES = 10_000  # of one process
MOST_LOADS = 20_000  # of all observations
MOST_FILES = 200_000
LONGEST_PATH = 4_096  # characters: Linux' PATH_MAX; Windows programs seldom pass 260
DEEPEST_PATH = 128  # directories
LONGEST_VARIABLE = 131_072  # characters: Linux' MAX_ARG_STRLEN; Windows takes 32 767
UNSAVED = tuple(one.name for one in fields(Image) if one.name.startswith("read_"))
TABLES = ("imports", "exports", "undefined", "bindings")  # of an image: costly to read, so read when asked for
Table = TypeVar("Table")


WHAT_IT_TAKES = "--machine takes a file made by wontload on another machine."
MAKE_ANOTHER = "Save the other machine again with its wontload, or update this one."


class BadSnapshot(WontloadError):
    """The file is no saved machine that this version can read."""


class Snapshot(NamedTuple):
    """A saved machine, and what was tried on it."""

    machine: Machine
    records: tuple[Record, ...]


@dataclass(frozen=True, kw_only=True)
class SavedImage:
    """One file of a saved machine: its tables, or its defect; neither when it is only known to be there.

    Attributes:
        image: the fields of `Image` that do not hold their default; `needed` with the symbols taken from each library.
        exports, undefined, bindings: see `Image`; `bindings` is `None` where it holds just what `undefined` does.
        unreadable: tables that the file's damage keeps from being read, with what is wrong.
        defect, what, offset, content, part, header: see `MalformedImage`.
    """

    image: dict[str, Any] | None = None
    exports: tuple[Export, ...] = ()
    undefined: tuple[Symbol, ...] = ()
    bindings: tuple[tuple[Symbol, ...], tuple[Symbol, ...]] | None = None
    unreadable: dict[str, str] | None = None
    defect: Defect | None = None
    what: str = ""
    offset: int | None = None
    content: str = ""
    part: str = ""
    header: bytes = b""


@dataclass(frozen=True, kw_only=True)
class SavedFiles:
    """What is known of a machine's disks; see `MemoryFiles`.

    Attributes:
        base: name of a clean profile that these files lie over; empty for none.
        source: where the tables come from, for a person.
    """

    images: dict[str, SavedImage]
    directories: tuple[str, ...] = ()
    complete: tuple[str, ...] | None = None
    links: dict[str, str]
    denied: tuple[str, ...] = ()
    base: str = ""
    source: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class SavedMachine:
    """`Machine`, with its files as data."""

    id: str
    system: System
    files: SavedFiles
    python: Python | None = None
    environment: dict[str, str]
    facts: dict[str, str]


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
    import io

    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        return file.read(LARGEST_FILE_BYTES + 1)


def _structure(raw: dict[str, Any]) -> Snapshot:
    converter = _converter()
    paths = converter.structure(raw.get("paths", []), tuple[str, ...])
    _bound("processes", raw.get("processes", []), MOST_PROCESSES)
    processes = [_process(converter, one, paths) for one in raw.get("processes", [])]
    converter.register_structure_hook(Process, lambda index, _: processes[_index(index, processes)])
    saved = converter.structure(raw["machine"], SavedMachine)
    records = converter.structure(raw.get("observations", []), tuple[Record, ...])
    _bound("loads", [load for record in records for load in record.observation.loads], MOST_LOADS)
    return Snapshot(_machine(converter, saved), records)


def _bound(what: str, values: Any, most: int) -> None:
    if len(values) > most:
        raise ValueError(f"more than {most} {what}")


def _bound_paths(paths: Iterable[str]) -> None:
    """So that nobody's paths cost more than paths do: the work for one grows with its depth."""
    for path in paths:
        if len(path) > LONGEST_PATH or path.count("/") + path.count("\\") > DEEPEST_PATH:
            raise ValueError(f"the path {path[:60]}… is longer or deeper than paths are")


def _process(converter: Any, raw: dict[str, Any], paths: tuple[str, ...]) -> Process:
    indices = raw.get("modules", [])
    _bound("modules in one process", indices, MOST_MODULES)
    modules = tuple(paths[_index(index, paths)] for index in indices)
    process: Process = converter.structure({**raw, "modules": modules}, Process)
    _bound_variables(process.environment.values())
    return process


def _bound_variables(values: Iterable[str]) -> None:
    if any(len(value) > LONGEST_VARIABLE for value in values):
        raise ValueError(f"a variable of more than {LONGEST_VARIABLE} characters")


def _index(value: object, table: Any) -> int:
    if type(value) is not int or not 0 <= value < len(table):
        raise IndexError(f"{value!r} is not in a table of {len(table)}")
    return value


def _machine(converter: Any, saved: SavedMachine) -> Machine:
    if saved.id in ("", "this") or saved.system.name not in ("windows", "linux", "macos"):
        raise ValueError(f"{saved.id!r} with {saved.system.name!r} is no machine's id and system")
    _bound_variables(saved.environment.values())
    system, files = _files(converter, saved)
    return Machine(
        id=saved.id,
        system=system,
        files=files,
        python=saved.python,
        environment=saved.environment,
        facts=saved.facts,
    )


def _files(converter: Any, saved: SavedMachine) -> tuple[System, MemoryFiles]:
    """The disks, over those of a clean system where the file says so; and the system with what that one knows."""
    windows, system, files = saved.system.name == "windows", saved.system, saved.files
    paths = (*files.images, *files.directories, *(files.complete or ()), *files.links, *files.links.values())
    paths += files.denied
    _bound("files", paths, MOST_FILES)
    _bound_paths(paths)
    complete: set[str] | None = None if files.complete is None else set(files.complete)
    contents: dict[str, Content] = {}
    if files.base:
        from wontload.machine.profile import profile_files, profile_system

        contents = profile_files(files.base)
        system = profile_system(files.base, system)
        if complete is not None:
            complete |= {path.rsplit("\\" if windows else "/", 1)[0] for path in contents}
    contents |= {path: _content(converter, path, image) for path, image in files.images.items()}
    return system, MemoryFiles(
        contents,
        directories=files.directories,
        links=files.links,
        windows=windows,
        complete=complete,
        denied=files.denied,
    )


def _content(converter: Any, path: str, saved: SavedImage) -> Content:
    if saved.defect is not None:
        return MalformedImage(path, saved.defect, saved.what, saved.offset, saved.content, saved.part, saved.header)
    if saved.image is None:
        return None
    image: Image = converter.structure({**saved.image}, Image)
    broken = saved.unreadable or {}

    def table(name: str, value: Table) -> Callable[[], Table]:
        """What reads the table: its value, or the defect that keeps it from being read."""

        def read() -> Table:
            if name in broken:
                raise MalformedImage(path, Defect.CORRUPT, broken[name])
            return value

        return read

    bindings = Bindings(saved.undefined) if saved.bindings is None else Bindings(*saved.bindings)
    return replace(
        image,
        read_imports=table("imports", image.needed),
        read_exports=table("exports", saved.exports),
        read_undefined=table("undefined", saved.undefined),
        read_bindings=table("bindings", bindings),
    )


def dump(machine: SavedMachine, records: tuple[Record, ...]) -> dict[str, Any]:
    """The JSON object of a machine: what `loads` reads. What holds its default is left out."""
    converter, plainly = _converter(), _converter()
    paths: dict[str, int] = {}
    processes: dict[str, int] = {}  # as text, in the order met
    known: dict[int, int] = {}

    def number(process: Process) -> int:
        if id(process) not in known:
            plain = plainly.unstructure(process)
            if process.modules:
                plain["modules"] = [paths.setdefault(path, len(paths)) for path in process.modules]
            known[id(process)] = processes.setdefault(json.dumps(plain), len(processes))
        return known[id(process)]

    converter.register_unstructure_hook(Process, number)
    observations = converter.unstructure(records)
    return {
        "schema": SCHEMA,
        "machine": converter.unstructure(machine),
        "observations": observations,
        "processes": [json.loads(process) for process in processes],
        "paths": list(paths),
    }


def saved_image(image: Image) -> SavedImage:
    """One parsed file as data, with all of its tables; one that cannot be read is saved as that."""
    tables: dict[str, Any] = {}
    unreadable: dict[str, str] = {}
    for name in TABLES:
        try:
            tables[name] = getattr(image, name)
        except MalformedImage as malformed:
            unreadable[name] = malformed.what
    undefined: tuple[Symbol, ...] = tables.get("undefined", ())
    bindings: Bindings = tables.get("bindings", Bindings(undefined))
    return SavedImage(
        image=_converter().unstructure(replace(image, needed=tables.get("imports", image.needed))),
        exports=tables.get("exports", ()),
        undefined=undefined,
        bindings=None if bindings == Bindings(undefined) else (bindings.eager, bindings.lazy),
        unreadable=unreadable or None,
    )


def saved_defect(malformed: MalformedImage) -> SavedImage:
    """A file that could not be parsed, as data."""
    return SavedImage(
        defect=malformed.defect,
        what=malformed.what,
        offset=malformed.offset,
        content=malformed.content,
        part=malformed.part,
        header=malformed.header,
    )


def _converter() -> Any:
    """cattrs, made strict: a number is no text, and text is no number; what holds its default is left out."""
    from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
    from cattrs.preconf.json import make_converter

    converter = make_converter(forbid_extra_keys=False, omit_if_default=True)
    plain = (str, int, bool, float)  # by identity: an enumeration of strings is none of them
    converter.register_structure_hook_func(lambda kind: kind in plain, _strictly)
    for kind, types in ROWS.items():
        converter.register_structure_hook(kind, lambda value, kind, types=types: kind(*_row(value, types)))
        converter.register_unstructure_hook(kind, _shortened)
    omitted: Any = {name: override(omit=True) for name in UNSAVED}
    converter.register_unstructure_hook(
        Image, make_dict_unstructure_fn(Image, converter, _cattrs_omit_if_default=True, **omitted)
    )
    converter.register_structure_hook(Image, make_dict_structure_fn(Image, converter, **omitted))
    return converter


# Values that come by the thousand are written as rows, without what they end on by default.
ROWS: dict[type, tuple[tuple[type, ...], ...]] = {
    Symbol: ((str, type(None)), (int, type(None)), (str, type(None)), (bool,)),
    Export: ((str, type(None)), (int, type(None)), (str, type(None)), (str, type(None))),
}


def _row(value: Any, types: tuple[tuple[type, ...], ...]) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= len(types):
        raise TypeError(f"{str(value)[:40]} is not a row of 1 to {len(types)}")
    for one, allowed in zip(value, types, strict=False):
        if type(one) not in allowed:
            raise TypeError(f"{str(one)[:40]!r} does not belong into a row of symbols")
    return value


def _shortened(row: tuple[Any, ...]) -> list[Any]:
    values = list(row)
    while len(values) > 1 and (values[-1] is None or values[-1] is False):
        values.pop()
    return values


def _strictly(value: object, kind: type) -> object:
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise TypeError(f"{str(value)[:40]!r} is not a {kind.__name__}")
    if kind is float and not math.isfinite(value):  # type: ignore[arg-type]
        raise ValueError(f"{value} is not a number of seconds")
    return value
