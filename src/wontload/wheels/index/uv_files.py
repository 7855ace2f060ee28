"""uv's configuration files and variables, as `uv pip install` reads them.

Source: uv, "Configuration files": `uv.toml`, or `[tool.uv]` of `pyproject.toml`, in the nearest directory upwards that
has one; then the user's, then the system's `uv.toml`; project before user before system, lists joined; `[pip]` is for
`uv pip` alone. "Environment variables": UV_INDEX, UV_DEFAULT_INDEX and the older names win over files.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MOST_PARENTS = 64
TAKEN = (
    "index",
    "index-url",
    "extra-index-url",
    "find-links",
    "index-strategy",
    "prerelease",
    "no-index",
    "only-binary",
    "no-binary",
    "no-build",
)


@dataclass(slots=True)
class Values:
    """What uv's settings come to. `default`: the default index; empty for PyPI."""

    default: str = ""
    strategy: str = ""
    prerelease: str = ""
    no_index: bool = False
    indexes: list[str] = field(default_factory=list)
    find_links: list[str] = field(default_factory=list)
    only_binary: list[str] = field(default_factory=list)
    no_binary: list[str] = field(default_factory=list)


def uv_values(directory: str, environment: Mapping[str, str]) -> tuple[Values, tuple[str, ...]]:
    """The values, and the files and variables that gave any."""
    values = Values()
    sources = list(_variables(values, environment))
    if environment.get("UV_NO_CONFIG", "").lower() in ("1", "true", "yes", "on"):
        return values, tuple(sources)
    for path, table in _files(directory, environment):
        own = table.get("pip")
        if _take(values, {**table, **(own if isinstance(own, dict) else {})}):
            sources.append(path)
    return values, tuple(sources)


def _variables(values: Values, environment: Mapping[str, str]) -> Iterator[str]:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        if environment.get(name) and not values.default:
            values.default = _url(environment[name])
            yield name
    for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL"):
        if environment.get(name):
            values.indexes += map(_url, environment[name].split())
            yield name
    if environment.get("UV_FIND_LINKS"):
        values.find_links += environment["UV_FIND_LINKS"].replace(",", " ").split()
        yield "UV_FIND_LINKS"
    for name, attribute in (("UV_INDEX_STRATEGY", "strategy"), ("UV_PRERELEASE", "prerelease")):
        if environment.get(name):
            setattr(values, attribute, environment[name])
            yield name


def _take(values: Values, table: Mapping[str, Any]) -> bool:
    """Add what one file says, which yields to what is known already."""
    rows = [row for row in _list(table.get("index")) if isinstance(row, dict) and isinstance(row.get("url"), str)]
    default = [row["url"] for row in rows if row.get("default") is True]
    usable = [row for row in rows if row.get("default") is not True and row.get("explicit") is not True]
    flat = [row["url"] for row in usable if row.get("format") == "flat"]
    values.indexes += [row["url"] for row in usable if row.get("format") != "flat"]
    values.indexes += _texts(table.get("extra-index-url"))
    values.find_links += [*flat, *_texts(table.get("find-links"))]
    values.default = values.default or next(iter([*default, *_texts([table.get("index-url")])]), "")
    values.strategy = values.strategy or str(table.get("index-strategy") or "")
    values.prerelease = values.prerelease or str(table.get("prerelease") or "")
    values.no_index = values.no_index or table.get("no-index") is True
    values.only_binary += [*_texts(table.get("only-binary")), *([":all:"] if table.get("no-build") is True else [])]
    values.no_binary += _texts(table.get("no-binary"))
    return any(map(table.get, TAKEN))


def _files(directory: str, environment: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    named = environment.get("UV_CONFIG_FILE")
    if named:
        yield named, _toml(named)
        return
    yield from _of_project(directory)
    for path in (_user_file(environment), *_system_files(environment)):
        if os.path.isfile(path):
            yield path, _toml(path)


def _of_project(directory: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for _ in range(MOST_PARENTS):
        own, project = os.path.join(directory, "uv.toml"), os.path.join(directory, "pyproject.toml")
        if os.path.isfile(own):
            yield own, _toml(own)
            return
        tool = _toml(project).get("tool") if os.path.isfile(project) else None
        if isinstance(tool, dict) and isinstance(tool.get("uv"), dict):
            yield project, tool["uv"]
            return
        above = os.path.dirname(directory)
        if above == directory:
            return
        directory = above


def _user_file(environment: Mapping[str, str]) -> str:
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        return os.path.join(environment.get("APPDATA", os.path.join(home, "AppData", "Roaming")), "uv", "uv.toml")
    return os.path.join(environment.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "uv", "uv.toml")


def _system_files(environment: Mapping[str, str]) -> Iterator[str]:
    if sys.platform == "win32":
        yield os.path.join(environment.get("PROGRAMDATA", r"C:\ProgramData"), "uv", "uv.toml")
        return
    for directory in (environment.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep):
        if os.path.isfile(path := os.path.join(directory, "uv", "uv.toml")):
            yield path
            return
    yield "/etc/uv/uv.toml"


def _toml(path: str) -> Mapping[str, Any]:
    try:
        with open(path, "rb") as file:
            found: Mapping[str, Any] = tomllib.load(file)
            return found
    except (OSError, ValueError):
        return {}


def _url(entry: str) -> str:
    """Entries of UV_INDEX may be `name=url`."""
    name, _, url = entry.partition("=")
    return url if url and "/" not in name and ":" not in name else entry


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one]
