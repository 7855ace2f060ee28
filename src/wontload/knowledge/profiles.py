"""Clean machines: what a system brings before anybody installs anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from wontload.knowledge.tables import HERE, lines

PROFILES = HERE / "profiles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A clean system. Fields that its kind of system does not have are empty. DLL names are in lower case.

    Attributes:
        name: `windows-11` or `debian-12`. system: `windows` or `linux`.
        version: Windows: `10.0.26100`; Linux: the distribution's.
        system32, syswow64, windows: DLLs in the directories of those names. The Visual C++ runtime is in none.
        known_dlls: of 64-bit processes. known_dlls_32: of 32-bit ones.
        api_sets: contract without its last number to the default host, empty when not hosted here. Not every contract
            of Windows is in it: an unknown `api-ms-win-` name proves nothing.
        libraries: Linux: names in the default library directory.
        libc_version: Linux: of glibc.
        symbol_versions: Linux: symbol version prefix (`GLIBC`, `GLIBCXX`) to the newest that is defined.
    """

    name: str
    system: str
    version: str
    system32: frozenset[str] = frozenset()
    syswow64: frozenset[str] = frozenset()
    windows: frozenset[str] = frozenset()
    known_dlls: frozenset[str] = frozenset()
    known_dlls_32: frozenset[str] = frozenset()
    api_sets: Mapping[str, str] = field(default_factory=dict)
    libraries: frozenset[str] = frozenset()
    libc_version: str = ""
    symbol_versions: Mapping[str, str] = field(default_factory=dict)


def profile_names() -> tuple[str, ...]:
    """The profiles that there are."""
    return tuple(sorted(path.name for path in PROFILES.iterdir() if path.is_dir()))


@cache
def profile(name: str) -> Profile:
    """A profile by name. Raises `KeyError` for one that there is not."""
    if name not in profile_names():
        raise KeyError(f"no profile {name!r}; there are {', '.join(profile_names())}")
    return _windows(name) if name.startswith("windows") else _linux(name)


def _windows(name: str) -> Profile:
    since = _names(name, "system32-since-8")
    return Profile(
        name=name,
        system="windows",
        version=lines(f"profiles/{name}/version.txt")[0],
        system32=_names(name, "system32") | since,
        syswow64=_names(name, "syswow64") | since,
        windows=_names(name, "windows"),
        known_dlls=_names(name, "known-dlls"),
        known_dlls_32=_names(name, "known-dlls-32"),
        api_sets={**_pairs(name, "api-sets"), **_pairs(name, "api-sets-added")},
    )


def _linux(name: str) -> Profile:
    versions = _pairs(name, "symbol-versions")
    return Profile(
        name=name,
        system="linux",
        version=lines(f"profiles/{name}/version.txt")[0],
        libraries=_names(name, "libraries"),
        libc_version=versions["GLIBC"],
        symbol_versions=versions,
    )


def _names(name: str, file: str) -> frozenset[str]:
    return frozenset(lines(f"profiles/{name}/{file}.txt"))


def _pairs(name: str, file: str) -> Mapping[str, str]:
    """Lines of two words, the second `-` for none."""
    pairs = (line.split() for line in lines(f"profiles/{name}/{file}.txt"))
    return {key: "" if value == "-" else value for key, value in pairs}
