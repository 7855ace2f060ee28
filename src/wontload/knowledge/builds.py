"""What builds of packages are told: options by version, names that are obsolete, what a shell adds, measured builds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wontload.knowledge.packages import normalised
from wontload.knowledge.tables import Row, table


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """The option that turns one backend on.

    Attributes:
        backend: `cuda`, `hip`, `vulkan`, `metal`, `sycl`, `blas`; `native`: code for this very processor.
        option: its name. companions: what has to be given with it, as `NAME=value`.
    """

    backend: str
    option: str
    companions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """An option that a version does not know by its old name.

    Attributes:
        old, new: names; `new` is empty where nothing took its place.
        does: what the build does about the old one: `refuses`, `warns`, `ignores`.
    """

    old: str
    new: str
    does: str

    @property
    def said(self) -> str:
        """What the build does about it, as a clause: `warns of it`."""
        return {"warns": "warns of it"}.get(self.does, f"{self.does} it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A build that was timed.

    Attributes:
        package, version: of what. backend: see `Switch`; empty for a package without one.
        architectures: of GPUs, that it compiled for. jobs: side by side. seconds: from the source to the wheel.
        disk_bytes: that its directory took at the end; `None` where nobody looked. job_bytes: memory of the largest
            compiler process.
        source: where, and on what. checked: the date, as ISO 8601 has it.
    """

    package: str
    version: str
    backend: str
    architectures: int
    jobs: int
    seconds: float
    disk_bytes: int | None
    job_bytes: int
    source: str
    checked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Variables of a person's shell that a build is not given, and why."""

    names: tuple[str, ...]
    why: str


def switches(package: str = "", version: str = "") -> Iterator[Switch]:
    """Switches in the order of preference.

    Args:
        package: with it, those that hold for that package; without, all that are known of any.
        version: of the package; empty: the newest.
    """
    for row in table("builds")["switch"]:
        if not package or _holds(row, package, version):
            yield Switch(backend=row["backend"], option=row["option"], companions=tuple(row.get("with", ())))


def renamed(package: str, version: str = "") -> Iterator[Renamed]:
    """Options that this version of a package (empty: the newest) no longer knows by their old name."""
    for row in table("builds")["renamed"]:
        if _holds(row, package, version):
            yield Renamed(old=row["old"], new=row["new"], does=row["does"])


def measured(package: str) -> Iterator[Measured]:
    """Builds of a package that were timed."""
    for row in table("builds").get("measured", ()):
        if normalised(row["package"]) == normalised(package):
            values = {name: row[name] for name in Measured.__slots__ if name not in ("checked", "disk_bytes")}
            yield Measured(**values, disk_bytes=row.get("disk_bytes"), checked=row["checked"].isoformat())


def left_out() -> tuple[LeftOut, ...]:
    """Variables that a build is not given."""
    return tuple(LeftOut(names=tuple(row["names"]), why=row["why"]) for row in table("builds")["variable"])


def release(version: str) -> tuple[int, ...]:
    """The numbers of a version's release, for comparing: `0.2.80` and `0.2.80+cu121` give `(0, 2, 80)`."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, found[0].split("."))) if found else ()


def _holds(row: Row, package: str, version: str) -> bool:
    if normalised(row.get("package", "")) != normalised(package):
        return False
    if not version:
        return "before" not in row
    numbers = release(version)
    return release(row.get("since", "0")) <= numbers and ("before" not in row or numbers < release(row["before"]))
