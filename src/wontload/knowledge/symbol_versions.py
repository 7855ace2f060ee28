"""Which release a symbol version, or a symbol without one, stands for: `GLIBCXX_3.4.30` is GCC 12.1's.

Sources stand in `symbol_versions.toml` and `toolchains/gcc.toml`.
"""

from __future__ import annotations

import re
from functools import cache

from wontload.knowledge.tables import lines, table
from wontload.knowledge.toolchains import gcc_of_symbol_version

Release = tuple[int, ...]

# The shared objects that are glibc: their versions are those of glibc itself.
PART_OF_GLIBC = re.compile(
    r"(lib(c|m|mvec|pthread|dl|rt|util|resolv|anl|crypt|BrokenLocale|thread_db)|ld-linux.*|ld64|ld)\.so\.\d+$"
)
# Those that come with GCC, with the letters that their versions begin with.
PART_OF_GCC = re.compile(
    r"lib(stdc\+\+|gcc_s|gomp|gfortran|quadmath|atomic|itm|objc|gnat-?\d*|asan|tsan|ubsan|lsan)\.so\.\d+$"
)
# Whose versions begin with these letters. Sources: glibc, Versions.def; GCC, the maps of its runtime libraries.
LIBRARY_OF = {
    "GLIBC": "libc.so.6",
    "GLIBCXX": "libstdc++.so.6",
    "CXXABI": "libstdc++.so.6",
    "GCC": "libgcc_s.so.1",
    "GOMP": "libgomp.so.1",
    "GFORTRAN": "libgfortran.so.5",
}
_GLIBC = re.compile(r"GLIBC_(\d+(?:\.\d+)+)$")
_NAMES_ITS_GCC = re.compile(r"GCC_(\d+(?:\.\d+)+)$")  # libgcc_s calls its versions after the release


@cache
def _symbols() -> dict[str, str]:
    known = table("symbol_versions")
    releases = {name: row["release"] for row in known["glibc"] for name in row["symbols"]}
    return releases | {row["version"]: row["release"] for row in known["glibc_abi"]}


@cache
def _only_in_glibc() -> frozenset[str]:
    return frozenset(lines("linux/only_in_glibc.txt"))


@cache
def _of_musl() -> dict[str, str]:
    return {name: row["release"] for row in table("symbol_versions")["musl"] for name in row["symbols"]}


def musl_of(symbol: str) -> str | None:
    """The musl that first had a symbol (`copy_file_range`); `None`: not known, as of what it had before 1.1.20."""
    return _of_musl().get(symbol)


def is_only_in_glibc(symbol: str) -> bool:
    """Whether glibc has a symbol that musl has not."""
    return symbol in _only_in_glibc()


def numbers(release: str) -> Release:
    """`2.38` as (2, 38), to be compared."""
    return tuple(int(part) for part in re.findall(r"\d+", release))


def glibc_of(symbol_or_version: str) -> str | None:
    """The glibc that first had a version (`GLIBC_2.38`, `GLIBC_ABI_DT_RELR`) or a symbol (`__isoc23_strtol`).

    `None`: not known.
    """
    if match := _GLIBC.match(symbol_or_version):
        return match[1]
    return _symbols().get(symbol_or_version)


def gcc_of(version: str) -> str | None:
    """The GCC whose runtime first had a version (`GLIBCXX_3.4.30`, `GCC_12.0.0`); `None`: not known."""
    if match := _NAMES_ITS_GCC.match(version):
        return match[1].removesuffix(".0.0") or match[1]
    found = gcc_of_symbol_version(version)
    return found.removesuffix(".0") if found else None
