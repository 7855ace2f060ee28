"""Which environment variables matter to loaders, GPUs, builds and installs."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache

from wontload.knowledge.tables import Row, table


def subject_of(name: str) -> str:
    """What a variable decides: `loader`, `python`, `gpu`, `threads`, `build`, `install` …; empty when nothing here."""
    row = _row(name.upper())
    return str(row["subject"]) if row else ""


def is_secret(name: str) -> bool:
    """Whether values of this variable may hold credentials: addresses of private package indexes do."""
    row = _row(name.upper())
    return bool(row and row.get("secret"))


@cache
def _row(name: str) -> Row | None:
    rows = table("variables")["variable"]
    return next((row for row in rows if any(fnmatchcase(name, one.upper()) for one in row["names"])), None)
