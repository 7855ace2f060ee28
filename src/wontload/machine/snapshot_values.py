"""The data of a saved machine as values, and cattrs made strict about them. `snapshot` reads and writes with these."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from functools import cache, partial
from typing import Any

from wontload.binary import Assembly, Defect, Export, Image, MalformedImage, Symbol
from wontload.binary.image import Bindings, Manifest, Relocation
from wontload.machine.files import Kind
from wontload.machine.inventory import Inventory
from wontload.machine.ld_so_cache import CacheEntry
from wontload.machine.machine import Python, System
from wontload.machine.memory import Content
from wontload.machine.process import Process

UNSAVED = tuple(one.name for one in fields(Image) if one.name.startswith("read_"))
# Tables of an image that are read when asked for. Of a fat Mach-O file only the slice that was parsed is saved.
TABLES = ("imports", "exports", "undefined", "bindings", "relocations", "plain_names", "manifest", "assembly_manifest")
# Values that come by the thousand are written as rows, without what they end on by default.
ROWS: dict[Any, tuple[tuple[type, ...], ...]] = {
    Symbol: ((str, type(None)), (int, type(None)), (str, type(None)), (bool,)),
    Export: ((str, type(None)), (int, type(None)), (str, type(None)), (str, type(None))),
    Relocation: ((int,), (str, type(None)), (bool,), (bool,)),
    CacheEntry: ((str,), (str,), (int,), (str, type(None))),
    Assembly: ((str,), (str,), (str,), (str,), (str,), (bool,)),
}


@dataclass(frozen=True, kw_only=True)
class SavedImage:
    """One file of a saved machine: its tables, or its defect; neither when it is only known to be there.

    Attributes:
        image: the fields of `Image` that do not hold their default; `needed` with the symbols taken from each library.
        exports, undefined, bindings, relocations, plain_names, manifest, assembly_manifest: see
            `Image`; `None`: not known.
        unreadable: tables that the file's damage keeps from being read, with what is wrong.
        defect, what, offset, content, part, header: see `MalformedImage`.
    """

    image: dict[str, Any] | None = None
    exports: tuple[Export, ...] | None = None
    undefined: tuple[Symbol, ...] | None = None
    bindings: tuple[tuple[Symbol, ...], tuple[Symbol, ...]] | None = None
    relocations: tuple[Relocation, ...] | None = None
    plain_names: tuple[str, ...] | None = None
    manifest: Manifest | None = None
    assembly_manifest: Manifest | None = None
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
        texts: small files that loaders read as text (manifests of assemblies), by path.
        listings, kinds, reals, same: what was answered on the machine itself, see `RecordedFiles`.
        source: where the tables come from, for a person.
        exports_cut: exports that no file of this machine takes were left out, to keep it small.
    """

    images: dict[str, SavedImage]
    directories: tuple[str, ...] = ()
    complete: tuple[str, ...] | None = None
    links: dict[str, str]
    denied: tuple[str, ...] = ()
    base: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    listings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    reals: dict[str, str] = field(default_factory=dict)
    same: tuple[tuple[str, ...], ...] = ()
    source: dict[str, str]
    exports_cut: bool = False


@dataclass(frozen=True, kw_only=True)
class SavedMachine:
    """`Machine`, with its files as data."""

    id: str
    system: System
    files: SavedFiles
    python: Python | None = None
    environment: dict[str, str]
    facts: dict[str, str]
    inventory: Inventory = field(default_factory=Inventory)


def content_of(path: str, saved: SavedImage) -> Content:
    """A saved file as `MemoryFiles` takes it. Raises what cattrs raises."""
    if saved.defect is not None:
        return MalformedImage(path, saved.defect, saved.what, saved.offset, saved.content, saved.part, saved.header)
    if saved.image is None:
        return None
    image: Image = converter().structure({**saved.image}, Image)
    known: dict[str, Any] = {name: value for name in TABLES if (value := getattr(saved, name, None)) is not None}
    if saved.bindings is not None:
        known["bindings"] = Bindings(*saved.bindings)
    if saved.plain_names is not None:
        known["plain_names"] = frozenset(saved.plain_names)
    readers: dict[str, Any] = {f"read_{name}": partial(_same, value) for name, value in known.items()}
    for name, what in (saved.unreadable or {}).items():
        if name in TABLES:
            readers[f"read_{name}"] = partial(_fail, MalformedImage(path, Defect.CORRUPT, what))
    return replace(image, **readers)


def _same(value: Any) -> Any:
    return value


def _fail(error: MalformedImage) -> Any:
    raise error


def saved_image(image: Image) -> SavedImage:
    """One parsed file as data, with all of its tables; one that cannot be read is saved as that."""
    tables: dict[str, Any] = {}
    unreadable: dict[str, str] = {}
    defaults = {one.name: one.default for one in fields(Image)}
    for name in TABLES:
        if getattr(image, f"read_{name}") is defaults[f"read_{name}"]:
            continue  # nobody knows it
        try:
            tables[name] = getattr(image, name)
        except MalformedImage as malformed:
            unreadable[name] = malformed.what
    needed = tables.pop("imports", image.needed)
    if "bindings" in tables:
        tables["bindings"] = tuple(tables["bindings"])
    if "plain_names" in tables:
        tables["plain_names"] = tuple(sorted(tables["plain_names"]))
    plain = converter().unstructure(replace(image, needed=needed))
    return SavedImage(image=plain, unreadable=unreadable or None, **tables)


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


@cache
def converter() -> Any:
    """cattrs, made strict: a number is no text, and text is no number; what holds its default is left out.

    A `Process` passes as it is, both ways: `snapshot` keeps processes in a table of their own.
    """
    from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
    from cattrs.preconf.json import make_converter

    made = make_converter(forbid_extra_keys=False, omit_if_default=True)
    for plain in (str, int, bool, float):
        made.register_structure_hook(plain, _strictly)
    for kind, types in ROWS.items():
        made.register_structure_hook(kind, partial(_structured_row, types))
        made.register_unstructure_hook(kind, partial(_shortened, tuple(kind._field_defaults.values())))
    made.register_structure_hook_func(_is_symbols, lambda value, _: made.structure(value, tuple[Symbol, ...]))
    made.register_unstructure_hook_func(_is_frozenset, sorted)  # a set has no order, and a file must have one
    omitted: Any = {name: override(omit=True) for name in UNSAVED}
    made.register_unstructure_hook(
        Image, make_dict_unstructure_fn(Image, made, _cattrs_omit_if_default=True, **omitted)
    )
    made.register_structure_hook(Image, make_dict_structure_fn(Image, made, **omitted))
    made.register_unstructure_hook(Process, lambda process: process)
    made.register_structure_hook(Process, _itself)
    return made


def _is_frozenset(kind: Any) -> bool:
    return kind is frozenset or getattr(kind, "__origin__", None) is frozenset


def _is_symbols(kind: object) -> bool:
    """Whether this is the type of `Import.symbols`: a parser's own kind of sequence; read from data, a tuple."""
    return kind == Sequence[Symbol]


@cache
def process_converters() -> tuple[Any, Any]:
    """What makes a `Process` of its data, and its data of a `Process`."""
    from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

    structure = make_dict_structure_fn(Process, converter())
    return structure, make_dict_unstructure_fn(Process, converter(), _cattrs_omit_if_default=True)


def _itself(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{str(value)[:40]} is no {kind.__name__}")
    return value


def _structured_row(types: tuple[tuple[type, ...], ...], value: Any, kind: type) -> Any:
    if not isinstance(value, list) or not 1 <= len(value) <= len(types):
        raise TypeError(f"{str(value)[:40]} is not a row of 1 to {len(types)}")
    for one, allowed in zip(value, types, strict=False):
        if type(one) not in allowed:
            raise TypeError(f"{str(one)[:40]!r} does not belong into a row of symbols")
    try:
        return kind(*value)
    except TypeError:
        raise TypeError(f"{str(value)[:40]} lacks what a {kind.__name__} has") from None


def _shortened(defaults: tuple[Any, ...], row: tuple[Any, ...]) -> list[Any]:
    values, first = list(row), len(row) - len(defaults)
    while len(values) > max(first, 1) and values[-1] == defaults[len(values) - 1 - first]:
        values.pop()
    return values


def _strictly(value: object, kind: type) -> object:
    if issubclass(kind, Enum):  # cattrs hands them here for the plain type that they are as well
        return kind(value)
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise TypeError(f"{str(value)[:40]!r} is not a {kind.__name__}")
    if kind is float and not math.isfinite(value):  # type: ignore[arg-type]
        raise ValueError(f"{value} is not a number of seconds")
    return value
