"""Remedies in circulation, each with the name of what it would change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wontload.knowledge.tables import table


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One remedy that people give to each other.

    Attributes:
        id: stable. title: in the imperative. source: where it is given, and what it rests on.
        change: names of the overlays that it amounts to, all of them together.
        provides: packages of a Linux distribution that it installs.
    """

    id: str
    title: str
    source: str
    change: tuple[str, ...]
    provides: tuple[str, ...] = ()


def advice(system: str, package: str = "") -> Iterator[Advice]:
    """What is advised on a system (`windows`, `linux`, `macos`) about a package, by its top-level import name."""
    for row in table("advice")["advice"]:
        if system in row.get("systems", (system,)) and package in row.get("packages", (package,)):
            yield Advice(
                id=row["id"],
                title=row["title"],
                source=row["source"],
                change=tuple(row["change"]),
                provides=tuple(row.get("provides", ())),
            )
