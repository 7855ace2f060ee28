"""Who has the development files that a build asks for by a header, a name of pkg-config or CMake, or a script."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from wontload.knowledge.providers import COMMAND_OF, TITLE_OF, Provider
from wontload.knowledge.tables import lines

TABLE = "development.txt"
MANAGERS = ("apt", "dnf", "pacman", "apk", "brew")


def development_packages(name: str, *, system: str) -> tuple[Provider, ...]:
    """The packages that bring what a build misses under this name, on `linux` or `macos`; empty where none is known.

    Args:
        name: `libpq-fe.h`, `openssl/ssl.h`, `pg_config`, `cairo`, the `pq` of `-lpq`; `_sqlite3` for what a build of
            CPython needs to have that module.
        system: where the build runs.
    """
    directory, _, base = name.rpartition("/")
    packages = _by_name().get(name) or (_by_name().get(base) if base == f"{directory}.h" else None) or {}
    wanted = ("brew",) if system == "macos" else MANAGERS[:-1] if system == "linux" else ()
    return tuple(
        Provider(
            kind=manager,
            package=packages[manager],
            where="",
            command=COMMAND_OF[manager].format(package=packages[manager]),
            text=f"{TITLE_OF.get(manager, 'Homebrew')}: {packages[manager]}",
        )
        for manager in wanted
        if packages.get(manager)
    )


@cache
def _by_name() -> Mapping[str, Mapping[str, str]]:
    """Packages by manager, for each name of the table."""
    found: dict[str, Mapping[str, str]] = {}
    for line in lines(TABLE):
        names, *packages = (part.strip() for part in line.split("|"))
        for name in names.split():
            found[name] = dict(zip(MANAGERS, packages, strict=True))
    return found
