"""The data of a saved machine as values, and how many of each it may have. `snapshot` reads and writes with these."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cache, partial
from typing import Any

from wontload.binary import Defect, Export, Image, MalformedImage, Symbol
from wontload.binary.entries import Bindings, Manifest, Relocation
from wontload.machine.files import Kind
from wontload.machine.inventory import Inventory
from wontload.machine.machine import Python, System
from wontload.machine.memory import Content
from wontload.machine.observation import Observation, ObservedError, Record
from wontload.machine.process import Finder, Process
from wontload.machine.saved_code import SavedCode
from wontload.machine.shapes import Reader, plain, reader

# Tables of an image that are read when asked for. Of a fat Mach-O file only the slice that was parsed is saved.
TABLES = ("imports", "exports", "undefined", "bindings", "relocations", "plain_names", "manifest", "assembly_manifest")


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
        gpu_code: what a file has code for, by its path as it was asked for; files without any are left out.
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
    gpu_code: dict[str, tuple[SavedCode, ...]] = field(default_factory=dict)
    source: dict[str, str]
    exports_cut: bool = False


@dataclass(frozen=True, kw_only=True)
class SavedMachine:
    """`Machine`, with its files as data.

    Attributes:
        host: what the computer calls itself, which texts may tell and no variable: so that it is known what to replace.
    """

    id: str
    host: str = ""
    system: System
    files: SavedFiles
    python: Python | None = None
    environment: dict[str, str]
    facts: dict[str, str]
    inventory: Inventory = field(default_factory=Inventory)


# How much of each there may be, where that is less than of everything: no machine comes near, and work grows with it.
MOST: dict[tuple[type, str], int] = {
    (System, "mounts"): 4_096,
    (System, "library_cache"): 50_000,
    (System, "default_directories"): 256,
    (System, "hwcaps"): 64,
    (System, "quirks"): 64,
    (System, "known_dlls"): 4_096,
    (Python, "path"): 1_024,
    (Python, "extension_suffixes"): 64,
    (Process, "environment"): 4_096,
    (Process, "added_directories"): 1_024,
    (Process, "modules"): 10_000,
    (Process, "global_modules"): 10_000,
    (Process, "asked_for"): 10_000,
    (Finder, "fallbacks"): 256,
    (Finder, "framework_fallbacks"): 256,
    (Finder, "environment"): 64,
    (Observation, "loads"): 20_000,
    (Observation, "failed_directories"): 1_024,
    (Observation, "unseen_directories"): 1_024,
    (Observation, "distributions"): 1_024,
    (Observation, "printed"): 1_024,
    (Observation, "missed"): 1_024,
    (Observation, "from_elsewhere"): 1_024,
    (ObservedError, "chain"): 256,
    (Record, "names"): 1_024,
    (Record, "elsewhere"): 1_024,
    (Image, "needed"): 4_096,
    (Image, "rpath"): 1_024,
    (Image, "runpath"): 1_024,
    (Image, "slices"): 64,
    (Image, "versions_needed"): 10_000,
    (Image, "versions_defined"): 10_000,
    (Manifest, "dependencies"): 1_024,
    (Manifest, "files"): 10_000,
    (SavedMachine, "environment"): 4_096,
    (SavedMachine, "facts"): 256,
    (Inventory, "gpus"): 256,
    (Inventory, "drivers"): 64,
    (Inventory, "device_files"): 1_024,
    (Inventory, "toolkits"): 1_024,
    (Inventory, "vc_runtimes"): 256,
    (Inventory, "visual_studios"): 64,
    (Inventory, "tools"): 256,
    (Inventory, "pythons"): 1_024,
    (Inventory, "distributions"): 10_000,
    (Inventory, "variables"): 4_096,
    (Inventory, "unasked"): 1_024,
}


def content_of(path: str, saved: SavedImage) -> Content:
    """A saved file as `MemoryFiles` takes it. Raises `Misfit`."""
    if saved.defect is not None:
        return MalformedImage(path, saved.defect, saved.what, saved.offset, saved.content, saved.part, saved.header)
    if saved.image is None:
        return None
    image: Image = image_reader()(saved.image)
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
    data = plain(replace(image, needed=needed))
    return SavedImage(image=data, unreadable=unreadable or None, **tables)


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
def image_reader() -> Reader:
    """What makes an `Image` of its fields' data."""
    return reader(Image, MOST)
