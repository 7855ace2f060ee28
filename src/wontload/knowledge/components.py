"""Which component a native file belongs to: `cudart64_12.dll` is `cuda-runtime 12`.

A component is a library in one major version, with all of its files. Rows stand in `libraries/`: NVIDIA's in
`cuda.toml`, language, parallel and GPU runtimes in `runtimes.toml`, what Linux distributions bring in `linux.txt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, lru_cache

from wontload.knowledge.families import base_name
from wontload.knowledge.packages import normalised
from wontload.knowledge.tables import Row, lines, table

LINUX_COLUMNS = ("name", "title", "linux", "apt", "apt_t64", "elsewhere", "conda", "brew", "group")
TOML_TABLES = ("libraries/cuda", "libraries/runtimes")
LINUX_TABLE = "libraries/linux.txt"


@dataclass(frozen=True, slots=True)
class Component:
    """A library in one major version.

    Attributes:
        name: as findings show it: `cuda-runtime 12`, `openmp-llvm`, `glibc`.
        family: the name without the version. major: the version; empty where the component has none.
        title: for people: `CUDA 12 runtime`.
        group: joins components of which a process should have one: every `openmp-*` is in `openmp`. Else the family.
        row: the table's row, which `providers` reads.
    """

    name: str
    family: str
    major: str
    title: str
    group: str
    row: Row = field(compare=False, repr=False)

    @property
    def distributions(self) -> tuple[str, ...]:
        """Normalised names of the wheels that hold it, and of those that load it into the process."""
        return tuple(normalised(str(one)) for key in ("wheels", "loaded_by") for one in self.row.get(key, ()))


def component_of(file_name: str) -> Component | None:
    """The component that a file name or path belongs to; `None` for one that no table knows.

    Copies that a wheel's maker renamed (`libgomp-a34b3233.so.1`) are the wheel's own and belong to no component.
    """
    return _component_of(base_name(file_name))


@lru_cache(maxsize=1024)
def _component_of(name: str) -> Component | None:
    key = _key(name)
    for exact, patterns in _indexes(key):
        # libcudart.so.12.4.127 is the file behind libcudart.so.12: ask for the longest name that a row has.
        for candidate in _with_shorter_versions(key):
            if candidate in exact:
                return exact[candidate]
        for pattern, component in patterns:
            if fnmatchcase(key, pattern):
                return component
    return None


def _key(name: str) -> str:
    return name.lower() if name.lower().endswith(".dll") else name


def _with_shorter_versions(name: str) -> Iterator[str]:
    yield name
    while match := re.fullmatch(r"(.+\.so\.\d+.*)\.\d+", name):
        name = match[1]
        yield name


Index = tuple[Mapping[str, Component], tuple[tuple[str, Component], ...]]


def _indexes(key: str) -> Iterator[Index]:
    """The indexes that may know a name, each read only when the one before did not."""
    for name in TOML_TABLES:
        yield _index(name)
    if not key.endswith((".dll", ".dylib")):
        yield _index(LINUX_TABLE)


@cache
def _index(name: str) -> Index:
    exact: dict[str, Component] = {}
    patterns: list[tuple[str, Component]] = []
    for component in components_in(name):
        for file in files_of(component):
            if "*" in file or "?" in file:
                patterns.append((_key(file), component))
            else:
                exact[_key(file)] = component
    return exact, tuple(patterns)


def files_of(component: Component) -> Iterator[str]:
    """The file names and patterns (`*`, `?`) that a component claims, as written in its row."""
    for system in ("windows", "linux", "macos"):
        yield from component.row.get(system, ())


def claimed_name(component: Component, file_name: str) -> str | None:
    """The name in the component's row that a file has, or that a link to it has (`libz.so.1` for `libz.so.1.3`).

    `None` where only a pattern of the row fits.
    """
    names = {_key(file) for file in files_of(component)}
    return next((one for one in _with_shorter_versions(_key(base_name(file_name))) if one in names), None)


def components() -> Iterator[Component]:
    """Every component of every table."""
    for name in (*TOML_TABLES, LINUX_TABLE):
        yield from components_in(name)


def components_in(name: str) -> Iterator[Component]:
    """The components of one table."""
    rows = map(_linux_row, lines(name)) if name == LINUX_TABLE else table(name)["component"]
    for row in rows:
        family, _, major = row["name"].rpartition(" ")
        if not family:
            family, major = row["name"], ""
        yield Component(row["name"], family, major, row["title"], row.get("group") or family, row)


def _linux_row(line: str) -> Row:
    row: dict[str, object] = dict(zip(LINUX_COLUMNS, (part.strip() for part in line.split("|")), strict=False))
    row["linux"] = str(row["linux"]).split()
    row["elsewhere"] = str(row["elsewhere"]).split()
    return row
