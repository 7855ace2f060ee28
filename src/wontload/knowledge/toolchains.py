"""Compilers: which host compilers nvcc accepts, and what the numbers of MSVC's and GCC's runtimes stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from wontload.knowledge.gpus import version_pair
from wontload.knowledge.tables import Row, table


@dataclass(frozen=True, slots=True)
class HostCompilers:
    """The host compilers that one nvcc lets pass, by its own check.

    Attributes:
        cuda: major and minor. gcc, clang: newest major accepted.
        msc_ver: first `_MSC_VER` accepted, and the first one that no longer is.
        source: which header was read.
    """

    cuda: tuple[int, int]
    gcc: int
    clang: int
    msc_ver: tuple[int, int]
    source: str

    def accepts_msc_ver(self, number: int) -> bool:
        """Whether nvcc takes a compiler of this `_MSC_VER`, such as 1939."""
        return self.msc_ver[0] <= number < self.msc_ver[1]


@dataclass(frozen=True, slots=True)
class Toolset:
    """A C++ toolset of Microsoft's.

    Attributes:
        version: `14.38`. visual_studio: the first that brought it: `17.8`. year: of that product: 2022.
        msc_ver: its compiler's `_MSC_VER`.
    """

    version: str
    visual_studio: str
    year: int
    msc_ver: int


@dataclass(frozen=True, slots=True)
class OfficialPython:
    """An official CPython for Windows.

    Attributes:
        python: `3.11`. release: the one that was looked at: `3.11.9`. msc_ver: of its compiler.
        vcruntime: version of the `vcruntime140.dll` beside `python.exe`, which every process of it has loaded.
    """

    python: str
    release: str
    msc_ver: int
    vcruntime: str


def host_compilers(cuda: tuple[int, int]) -> HostCompilers | None:
    """What the nvcc of a CUDA release accepts; `None` for a release whose header was not read."""
    return _nvcc().get(cuda)


def toolset(version: str) -> Toolset | None:
    """The toolset behind a version of MSVC's: of a runtime DLL (`14.38.33135.0`), a directory, a linker (`14.38`)."""
    parts = version.split(".")
    return _toolsets().get(".".join(parts[:2])) if len(parts) > 1 else None


def official_python(version: str) -> OfficialPython | None:
    """What the official CPython for Windows of a version (`3.11`, `3.11.4`) was built with."""
    wanted = ".".join(version.split(".")[:2])
    for row in table("toolchains/msvc")["cpython"]:
        if row["python"] == wanted:
            return OfficialPython(wanted, row["release"], row["msc_ver"], row["vcruntime"])
    return None


def gcc_of_symbol_version(name: str) -> str | None:
    """The first GCC whose libstdc++ has a symbol version (`GLIBCXX_3.4.30`, `CXXABI_1.3.13`); `None`: none is known."""
    kind, _, version = name.partition("_")
    key = {"GLIBCXX": "glibcxx", "CXXABI": "cxxabi"}.get(kind)
    for row in table("toolchains/gcc")["libstdcxx"]:  # oldest first
        if key is not None and row.get(key) == version:
            return str(row["gcc"])
    return None


@cache
def versions_of_gcc(gcc: str) -> tuple[str, ...]:
    """Symbol versions that the libstdc++ of a GCC release defines. Of those before GCC 4.4 the numbers have no gap."""
    numbers = [
        (row["glibcxx"], row.get("cxxabi", "")) for row in table("toolchains/gcc")["libstdcxx"] if _older(row, gcc)
    ]
    newer = [
        name for glibcxx, cxxabi in numbers for name in (f"GLIBCXX_{glibcxx}", f"CXXABI_{cxxabi}" if cxxabi else "")
    ]
    early = ("GLIBCXX_3.4", *(f"GLIBCXX_3.4.{number}" for number in range(1, 13)))
    oldest = ("CXXABI_1.3", "CXXABI_1.3.1", "CXXABI_1.3.2", "CXXABI_TM_1", "CXXABI_FLOAT128")
    return tuple(dict.fromkeys((*early, *oldest, *filter(None, newer))))


def _older(row: Row, gcc: str) -> bool:
    def key(version: str) -> tuple[int, ...]:
        return tuple(map(int, version.split(".")))

    return key(row["gcc"]) <= key(gcc)


@cache
def _nvcc() -> Mapping[tuple[int, int], HostCompilers]:
    return {found.cuda: found for found in map(_host_compilers, table("toolchains/nvcc")["nvcc"])}


def _host_compilers(row: Row) -> HostCompilers:
    first, end = row["msc_ver"]
    return HostCompilers(version_pair(row["cuda"]), row["gcc"], row["clang"], (first, end), row["source"])


@cache
def _toolsets() -> Mapping[str, Toolset]:
    rows = table("toolchains/msvc")["toolset"]
    return {row["version"]: Toolset(row["version"], row["visual_studio"], row["year"], row["msc_ver"]) for row in rows}
