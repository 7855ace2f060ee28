"""Clean machines: what a system brings before anybody installs anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from wontload.knowledge.linux_releases import linux_release
from wontload.knowledge.tables import Row, lines, table
from wontload.knowledge.toolchains import versions_of_gcc


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A clean system. Fields that its kind of system does not have are empty. DLL names are in lower case.

    Attributes:
        name: `windows-11` or `debian-12`. system: `windows`, `linux` or `macos`.
        version: Windows: `10.0.26100`; Linux: the distribution's name and version, `debian 12`; macOS: `14.7`.
        newest: of those that are asked when nobody names any.
        system32, syswow64, windows: DLLs in the directories of those names. The Visual C++ runtime is in none.
        known_dlls: of 64-bit processes. known_dlls_32: of 32-bit ones.
        api_sets: contract without its last number to the default host, empty when not hosted here. Not every contract
            of Windows is in it: an unknown `api-ms-win-` name proves nothing.
        libraries: Linux: SONAMEs in the default library directory, each with the symbol versions that it is known to
            define; none are known of glibc's own parts, which follow from its version.
        libc, libc_version: Linux: `glibc` or `musl`, and its version.
        directories: Linux: how the loader's own directories are called: `multiarch`, `lib64`, `musl`.
    """

    name: str
    system: str
    version: str
    newest: bool = False
    system32: frozenset[str] = frozenset()
    syswow64: frozenset[str] = frozenset()
    windows: frozenset[str] = frozenset()
    known_dlls: frozenset[str] = frozenset()
    known_dlls_32: frozenset[str] = frozenset()
    api_sets: Mapping[str, str] = field(default_factory=dict)
    libraries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    libc: str = ""
    libc_version: str = ""
    directories: str = ""


def profile_names() -> tuple[str, ...]:
    """The profiles that there are, in the table's order."""
    return tuple(row["name"] for row in table("profiles/profiles")["profile"])


@cache
def profile(name: str) -> Profile:
    """A profile by name. Raises `KeyError` for one that there is not."""
    for row in table("profiles/profiles")["profile"]:
        if name == row["name"] or name in row.get("aliases", ()):
            return {"windows": _windows, "linux": _linux, "macos": _macos}[row["system"]](row)
    raise KeyError(f"no profile {name!r}; there are {', '.join(profile_names())}")


def newest_profiles(system: str, libc: str = "") -> tuple[str, ...]:
    """Names of the current clean systems of a kind (Linux: with that C library)."""
    rows = table("profiles/profiles")["profile"]
    named = [profile(row["name"]) for row in rows if row["system"] == system and row.get("newest")]
    return tuple(one.name for one in named if one.libc == libc)


def _windows(row: Row) -> Profile:
    files, without = row["files"], frozenset(row.get("without", ()))
    since = _names(files, "system32-since-8")
    return Profile(
        name=row["name"],
        system="windows",
        version=row["version"],
        newest=row.get("newest", False),
        system32=(_names(files, "system32") | since) - without,
        syswow64=(_names(files, "syswow64") | since) - without,
        windows=_names(files, "windows"),
        known_dlls=_names(files, "known-dlls"),
        known_dlls_32=_names(files, "known-dlls-32"),
        api_sets={**_pairs(files, "api-sets"), **_pairs(files, "api-sets-added")},
    )


def _linux(row: Row) -> Profile:
    release = linux_release(row["id"], row["release"])
    listed = (line.split() for line in lines(f"profiles/{row['files']}/libraries.txt"))
    libraries = {name: tuple(versions) for name, *versions in listed}
    if "gcc" in row and "libstdc++.so.6" in libraries:
        libraries["libstdc++.so.6"] = versions_of_gcc(row["gcc"])
    return Profile(
        name=row["name"],
        system="linux",
        version=f"{row['id']} {row['release']}",
        newest=row.get("newest", False),
        libraries=libraries,
        libc=release.libc if release else row["libc"],
        libc_version=release.libc_version if release else row["libc_version"],
        directories=row["directories"],
    )


def _macos(row: Row) -> Profile:
    return Profile(name=row["name"], system="macos", version=row["version"], newest=row.get("newest", False))


def _names(directory: str, file: str) -> frozenset[str]:
    return frozenset(lines(f"profiles/{directory}/{file}.txt"))


def _pairs(directory: str, file: str) -> Mapping[str, str]:
    """Lines of two words, the second `-` for none."""
    pairs = (line.split() for line in lines(f"profiles/{directory}/{file}.txt"))
    return {key: "" if value == "-" else value for key, value in pairs}
