"""Reading the tables: one file at a time, when first asked for, once a process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

HERE = os.path.dirname(__file__)

Row = Mapping[str, Any]


@cache
def table(name: str) -> Mapping[str, tuple[Row, ...]]:
    """The arrays of tables in `name`.toml, in file order. `name` is relative to this room: `libraries/cuda`."""
    if sys.version_info >= (3, 11):  # here, as most questions need no such table
        import tomllib
    else:
        import tomli as tomllib

    with open(os.path.join(HERE, f"{name}.toml"), "rb") as file:
        return {key: tuple(rows) for key, rows in tomllib.load(file).items()}


@cache
def lines(name: str) -> tuple[str, ...]:
    """The lines of a plain list, without comments (`#`) and blank lines. `name` is relative to this room."""
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        text = file.read()
    return tuple(line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#"))


def table_names() -> Iterator[str]:
    """Every TOML table of this room: what the tests walk to hold each row to having a source and a date."""
    from pathlib import Path

    for path in sorted(Path(HERE).rglob("*.toml")):
        yield path.relative_to(HERE).with_suffix("").as_posix()
