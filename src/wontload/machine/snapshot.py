"""A machine as one JSON file: `wontload.machine/1`. Written by us, read from strangers.

What is read is validated while it becomes values: types are taken strictly, sizes are bounded, an index that leaves its
table is an error. Nothing in the file is executed, and no path in it is ever opened here.

Layout: `machine` (system, python, environment, facts, files), `observations`, and two tables that keep it small:
`paths`, which `processes` refer to by index, and `processes`, which the load requests refer to by index.
"""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass, fields
from typing import Any

from wontload.binary import Defect, Export, Image, MalformedImage, Symbol
from wontload.errors import WontloadError
from wontload.machine.machine import Machine, Python, System
from wontload.machine.memory import Content, MemoryFiles
from wontload.machine.observation import Record
from wontload.machine.process import Process

SCHEMA = "wontload.machine/1"
LARGEST_FILE_BYTES = 64 << 20  # of JSON, unpacked; an ordinary machine takes less than one MB
MOST_PROCESSES = 5_000
MOST_MODULES = 10_000  # of one process
UNSAVED = ("read_imports", "read_exports", "read_undefined")


class BadSnapshot(WontloadError):
    """The file is no saved machine that this version can read."""


@dataclass(frozen=True, kw_only=True)
class SavedImage:
    """One file of a saved machine: its tables, or its defect; neither when it is only known to be there."""

    image: dict[str, Any] | None = None
    exports: tuple[tuple[str | None, int | None, str | None], ...] = ()
    defect: Defect | None = None
    what: str = ""
    content: str = ""


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


def load(path: str) -> tuple[Machine, tuple[Record, ...]]:
    """Read a saved machine from a file; gzip is recognised by its first bytes.

    Raises:
        BadSnapshot: not readable, not JSON, another schema, or not what the schema says.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST_FILE_BYTES + 1)
    except IsADirectoryError as error:
        raise BadSnapshot(f"{path} is a directory.", "--machine takes a file made by another wontload.") from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it cannot be opened"
        raise BadSnapshot(f"cannot read {path}: {why}.", "--machine takes the path of a saved machine.") from error
    return loads(data, path)


def loads(data: bytes, name: str) -> tuple[Machine, tuple[Record, ...]]:
    """The machine and the records in `data`; `name` is how messages call it. Raises `BadSnapshot`."""
    raw = _parse(data, name)
    schema = raw.get("schema")
    if schema != SCHEMA:
        found = f"its schema is {schema}" if isinstance(schema, str) else "it names no schema"
        raise BadSnapshot(f"{name} is not a saved machine of this version: {found[:80]}, and {SCHEMA} is needed.")
    import cattrs  # 50 ms, and only --machine needs it

    try:
        return _structure(raw)
    except (cattrs.BaseValidationError, cattrs.StructureHandlerNotFoundError) as error:
        where = "; ".join(cattrs.transform_error(error)[:2])
        raise BadSnapshot(f"{name} is damaged or was made by hand: {where[:300]}.") from error
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise BadSnapshot(
            f"{name} is damaged or was made by hand: {type(error).__name__} {error}"[:300] + "."
        ) from error


def _parse(data: bytes, name: str) -> dict[str, Any]:
    if not data:
        raise BadSnapshot(f"{name} is empty.", "Make it again with wontload on the other machine.")
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip_bounded(data)
        except (OSError, EOFError, zlib.error) as error:
            raise BadSnapshot(f"{name} is a damaged gzip file.") from error
    if len(data) > LARGEST_FILE_BYTES:
        raise BadSnapshot(f"{name} is larger than {LARGEST_FILE_BYTES >> 20} MB: that is no saved machine.")
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadSnapshot(f"{name} is not JSON, and a saved machine is: {str(error)[:80]}.") from error
    if not isinstance(raw, dict):
        raise BadSnapshot(f"{name} is not a saved machine: it holds a {type(raw).__name__}.")
    return raw


def gzip_bounded(data: bytes) -> bytes:
    """Unpack, stopping one byte past the limit, so that a small file cannot fill the memory."""
    import io

    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        return file.read(LARGEST_FILE_BYTES + 1)


def _structure(raw: dict[str, Any]) -> tuple[Machine, tuple[Record, ...]]:
    converter = _converter()
    paths = converter.structure(raw.get("paths", []), tuple[str, ...])
    if len(raw.get("processes", [])) > MOST_PROCESSES:
        raise ValueError(f"more than {MOST_PROCESSES} processes")
    processes = [_process(converter, one, paths) for one in raw.get("processes", [])]
    converter.register_structure_hook(Process, lambda index, _: processes[_index(index, processes)])
    saved = converter.structure(raw["machine"], SavedMachine)
    records = converter.structure(raw.get("observations", []), tuple[Record, ...])
    return _machine(converter, saved), records


def _process(converter: Any, raw: dict[str, Any], paths: tuple[str, ...]) -> Process:
    indices = raw.get("modules", [])
    if len(indices) > MOST_MODULES:
        raise ValueError(f"more than {MOST_MODULES} modules in one process")
    modules = tuple(paths[_index(index, paths)] for index in indices)
    process: Process = converter.structure({**raw, "modules": modules}, Process)
    return process


def _index(value: object, table: Any) -> int:
    if type(value) is not int or not 0 <= value < len(table):
        raise IndexError(f"{value!r} is not in a table of {len(table)}")
    return value


def _machine(converter: Any, saved: SavedMachine) -> Machine:
    windows = saved.system.name == "windows"
    system, contents = saved.system, {}
    complete: set[str] | None = None if saved.files.complete is None else set(saved.files.complete)
    if saved.files.base:
        from wontload.machine.profile import profile_files, profile_system

        contents = profile_files(saved.files.base)
        system = profile_system(saved.files.base, system)
        if complete is not None:
            complete |= {path.rsplit("\\" if windows else "/", 1)[0] for path in contents}
    for path, image in saved.files.images.items():
        contents[path] = _content(converter, path, image)
    files = MemoryFiles(
        contents,
        directories=saved.files.directories,
        links=saved.files.links,
        windows=windows,
        complete=complete,
        denied=saved.files.denied,
    )
    return Machine(
        id=saved.id,
        system=system,
        files=files,
        python=saved.python,
        environment=saved.environment,
        facts=saved.facts,
    )


def _content(converter: Any, path: str, saved: SavedImage) -> Content:
    if saved.defect is not None:
        return MalformedImage(path, saved.defect, saved.what, None, saved.content)
    if saved.image is None:
        return None
    exports = tuple(Export(name, ordinal, forwarder) for name, ordinal, forwarder in saved.exports)
    image: Image = converter.structure({**saved.image}, Image)
    values = {field.name: getattr(image, field.name) for field in fields(Image) if field.name not in UNSAVED}
    return Image(**values, read_exports=lambda: exports)


def dump(machine: SavedMachine, records: tuple[Record, ...]) -> dict[str, Any]:
    """The JSON object of a machine: what `loads` reads."""
    converter = _converter()
    paths: dict[str, int] = {}
    processes: list[dict[str, Any]] = []
    known: dict[int, int] = {}

    def number(process: Process) -> int:
        if id(process) not in known:
            plain = _converter().unstructure(process)
            plain["modules"] = [paths.setdefault(path, len(paths)) for path in process.modules]
            plain = {key: value for key, value in plain.items() if value not in (None, [], {})}
            if plain not in processes:
                processes.append(plain)
            known[id(process)] = processes.index(plain)
        return known[id(process)]

    converter.register_unstructure_hook(Process, number)
    observations = converter.unstructure(records)
    return {
        "schema": SCHEMA,
        "machine": converter.unstructure(machine),
        "observations": observations,
        "processes": processes,
        "paths": list(paths),
    }


def saved_image(image: Image) -> SavedImage:
    """One parsed file as data, without the fields that hold their default."""
    plain = _converter().unstructure(image)
    default = _converter().unstructure(Image(format=image.format, architecture="", bits=0))
    kept = {key: value for key, value in plain.items() if value != default[key] or key == "format"}
    exports = tuple((export.name, export.ordinal, export.forwarder) for export in image.exports)
    return SavedImage(image=kept, exports=exports)


def _converter() -> Any:
    """cattrs, made strict: a number is no text, and text is no number; sequences come out as lists."""
    from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
    from cattrs.preconf.json import make_converter

    converter = make_converter(forbid_extra_keys=False)
    plain = (str, int, bool, float)  # by identity: an enumeration of strings is none of them
    converter.register_structure_hook_func(lambda kind: kind in plain, _strictly)
    converter.register_structure_hook(Symbol, _symbol)
    converter.register_unstructure_hook(Symbol, list)
    omitted: Any = {name: override(omit=True) for name in UNSAVED}
    converter.register_unstructure_hook(Image, make_dict_unstructure_fn(Image, converter, **omitted))
    converter.register_structure_hook(Image, make_dict_structure_fn(Image, converter, **omitted))
    return converter


def _symbol(value: Any, _: object) -> Symbol:
    """A symbol as written: [name or null, ordinal or null, version or null, weak]."""
    name, ordinal, version, weak = value
    if not isinstance(name, str | None) or not isinstance(version, str | None) or not isinstance(weak, bool):
        raise TypeError(f"{str(value)[:40]} is not a symbol")
    if ordinal is not None and type(ordinal) is not int:
        raise TypeError(f"{str(ordinal)[:40]!r} is not an ordinal")
    return Symbol(name, ordinal, version, weak)


def _strictly(value: object, kind: type) -> object:
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise TypeError(f"{str(value)[:40]!r} is not a {kind.__name__}")
    return value
