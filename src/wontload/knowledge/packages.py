"""Packages with native code: import name and distribution name, and how some of them load their libraries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from wontload.knowledge.tables import Row, lines, table

# What a distribution of libraries alone has behind its project's name: eckitlib, xpresslibs.
LIBRARIES_OF = re.compile(r"(?<=...)libs?$")
PROJECT = re.compile(r"(?:lib)?([A-Z][a-z]+|[a-z]{2,}|[A-Z]{2,})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """How a package loads its native libraries.

    Attributes:
        how: one clause for people.
        libraries: the main files by system, relative to site-packages; `*` stands for a part of a name.
        for_gpus: those among them, by the vendor of the GPUs without which they are not loaded.
        winmode: what the package hands to `ctypes.CDLL` on Windows; `None`: nothing, so Python's default holds.
        variables: environment variables that it reads; a `*` stands for a version.
        add_dll_directory: what it adds, in order, with the placeholders of `places`.
        path_prepends: directories that it puts before PATH.
        raises: whether it adds a directory without looking whether it is there, which then ends the import.
        versions: of the distribution, for which this holds, as a PEP 440 specifier; empty for all.
        source: where that is written.
    """

    how: str
    libraries: Mapping[str, tuple[str, ...]]
    for_gpus: Mapping[str, tuple[str, ...]]
    winmode: int | None
    variables: tuple[str, ...]
    add_dll_directory: tuple[str, ...]
    path_prepends: tuple[str, ...]
    raises: bool
    versions: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """An import name with the distributions that bring it, the usual one first, and the versions that do."""

    import_name: str
    distributions: tuple[str, ...]
    versions: str = ""

    @property
    def loading(self) -> Loading | None:
        """How its newest release loads its native libraries; `None` where that is not recorded."""
        return next(iter(_loadings().get(self.import_name, ())), None)

    def loading_of(self, version: str) -> Loading | None:
        """How that version does; of a version that is empty or in no row, as the newest."""
        from packaging.specifiers import SpecifierSet  # not at the top: most runs ask for no version
        from packaging.version import InvalidVersion, Version

        try:
            wanted = Version(version)
        except InvalidVersion:
            return self.loading
        rows = _loadings().get(self.import_name, ())
        fitting = (row for row in rows if SpecifierSet(row.versions).contains(wanted, prereleases=True))
        return next(fitting, self.loading)


def distribution_for(import_name: str) -> str | None:
    """The usual distribution of a top-level import name, such as `opencv-python` for `cv2.gapi`."""
    found = _by_import_name().get(import_name.partition(".")[0])
    return found.distributions[0] if found else None


def versions_with(import_name: str) -> str:
    """Which versions of that distribution bring it, as in `<82`; empty for all."""
    found = _by_import_name().get(import_name.partition(".")[0])
    return found.versions if found else ""


def import_name_for(distribution: str) -> str | None:
    """The import name that a distribution brings; the name may be spelled in any way that pip takes."""
    found = _by_distribution().get(normalised(distribution))
    return found.import_name if found else None


def owner_of_part(module: str) -> str | None:
    """The import name of the package that has an extension module, which a message names without it: `_imaging`."""
    return _owners().get(module)


def is_namespace(import_name: str) -> bool:
    """Whether several distributions put parts of their own below that top-level name, such as `google.cloud`."""
    return import_name.partition(".")[0] in lines("namespaces.txt")


def known_names() -> frozenset[str]:
    """All import names, and all distributions' names as indexes compare them."""
    return frozenset((*_by_import_name(), *_by_distribution()))


def package(name: str) -> Package | None:
    """A package by import name (dotted allowed) or, where that fits nothing, by distribution name."""
    return _by_import_name().get(name.partition(".")[0]) or _by_distribution().get(normalised(name))


def named_after(library: str) -> set[str]:
    """What a distribution may be called that a library has its name of: `tbb` or `tbb12` of `libtbb12.so.2`."""
    stem = normalised(library.replace("\\", "/").rpartition("/")[2].partition(".")[0])
    return {name for one in (stem, stem.removeprefix("lib")) for name in (one, one.rstrip("0123456789-"))}


def family_of(distribution: str) -> str:
    """What the names of one project's distributions begin with: `nvidia`, and `eckit` of eckitlib."""
    return LIBRARIES_OF.sub("", normalised(distribution).partition("-")[0])


def project_of(library: str) -> str:
    """What the names of one project's libraries begin with: `qt` of `libQt5Core.so.5`, `boost` of `boost_regex.dll`.

    Args:
        library: as its user asks for it.
    """
    match = PROJECT.match(library.replace("\\", "/").rpartition("/")[2])
    return match[1].lower() if match else library


def normalised(distribution: str) -> str:
    """A distribution's name as indexes compare it. Source: PyPA specifications, name normalization."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def packages() -> Iterator[Package]:
    """Every package of the table."""
    for line in lines("packages.txt"):
        import_name, distributions, *versions = (column.strip() for column in line.split("|"))
        yield Package(import_name=import_name, distributions=tuple(distributions.split()), versions="".join(versions))


@cache
def _owners() -> Mapping[str, str]:
    rows = (line.partition("|") for line in lines("parts.txt"))
    return {part: import_name.strip() for import_name, _, parts in rows for part in parts.split()}


@cache
def _by_import_name() -> Mapping[str, Package]:
    return {known.import_name: known for known in packages()}


@cache
def _by_distribution() -> Mapping[str, Package]:
    """A distribution of several import names leads to the first in the table."""
    found: dict[str, Package] = {}
    for known in packages():
        for distribution in known.distributions:
            found.setdefault(normalised(distribution), known)
    return found


@cache
def _loadings() -> Mapping[str, tuple[Loading, ...]]:
    """By import name, in file order: the newest versions first."""
    found: dict[str, list[Loading]] = {}
    for row in table("loaders")["loader"]:
        for name in (row["import_name"], *row.get("other_import_names", ())):
            found.setdefault(name, []).append(_loading(row))
    return {name: tuple(rows) for name, rows in found.items()}


def _loading(row: Row) -> Loading:
    return Loading(
        how=row["how"],
        libraries={system: tuple(row.get(f"libraries_{system}", ())) for system in ("windows", "linux", "macos")},
        for_gpus={vendor: tuple(row.get(f"libraries_for_{vendor}", ())) for vendor in ("nvidia", "amd", "intel")},
        winmode=row.get("winmode"),
        variables=tuple(row["variables"]),
        add_dll_directory=tuple(row["add_dll_directory"]),
        path_prepends=tuple(row.get("path_prepends", ())),
        raises=row.get("raises", False),
        versions=row.get("versions", ""),
        source=row["source"],
    )
