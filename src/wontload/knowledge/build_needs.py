"""Where the tools of a build come from, by system and package manager."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wontload.knowledge.tables import table


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One way to get something that a build needs.

    Attributes:
        manager: of packages, as `manager_of` calls it, or `conda`; empty: whatever is there.
        text: one clause for people. command: with placeholders; empty where there is none.
    """

    manager: str
    text: str
    command: str


def needs(need: str, system: str) -> Iterator[Need]:
    """The ways to get `compiler`, `nvcc`, `workload` … on `windows`, `linux` or `macos`."""
    for row in table("build_needs")["need"]:
        if row["need"] == need and row["system"] == system:
            yield Need(manager=row.get("manager", ""), text=row["text"], command=row.get("command", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A part of a backend's SDK that is there if one of these files is.

    Attributes:
        what: the part, in words. subject: a short name of it. files: paths with placeholders.
    """

    what: str
    subject: str
    files: tuple[str, ...]


def signs(backend: str, system: str) -> Iterator[Sign]:
    """The parts of a backend's SDK that are known by files."""
    for row in table("build_needs")["sign"]:
        if row["backend"] == backend and row["system"] == system:
            yield Sign(what=row["what"], subject=row["subject"], files=tuple(row["files"]))
