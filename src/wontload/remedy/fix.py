"""A fix as a value: what would be done, what it would change, the proof that it helps, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from wontload.remedy.change import Change
from wontload.remedy.proof import Proof
from wontload.remedy.steps import Step


class Reach(IntEnum):
    """Whom a fix touches, the fewest first."""

    PACKAGE = 0
    ENVIRONMENT = 1
    USER = 2
    MACHINE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Manager:
    """A package manager that made an environment and answers for all that is in it.

    Attributes:
        kind: `conda` (and its kin) or `pixi`. program: its command, such as `micromamba`. prefix: of the environment.
        manifest: pixi: path of the workspace's file. environment: pixi: its name there, empty for the default one.
    """

    kind: str
    program: str
    prefix: str
    manifest: str = ""
    environment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The Python environment that a fix may write into, as its interpreter tells.

    Attributes:
        python: its interpreter. prefix: the directory of the environment.
        site: the site-packages whose `.pth` files are read and that can be written to; `None` where there is none
            (embeddable Python without `site`; a read-only environment without a user site).
        places: `sysconfig`'s paths of where `installer` installs.
        installer: of `steps.InstallWheels`; empty where nothing may or can be installed.
        pip: how the pip that fetches for it is called; empty where there is none.
        managed_by: who forbids pip to install here (PEP 668), in words; empty for nobody.
        manager: the package manager that made it; `None` for a virtual environment or a plain Python.
        path_file: its `pythonNN._pth`, where that leaves `site` out; empty else.
    """

    python: str
    prefix: str = ""
    site: str | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    installer: str = ""
    pip: tuple[str, ...] = ()
    managed_by: str = ""
    manager: Manager | None = None
    path_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One remedy for one target on one machine.

    Attributes:
        id: unique among the target's fixes, such as `scoped-path`. kind: of the catalogue in docs/fixes.md.
        title: what it does, one clause.
        steps: in order. change: what is different afterwards, for a loader.
        proof: of `change`; `works` is `None` where it needs what is not here yet (a wheel to be fetched).
        requirements: wheels to be fetched first, which the steps then install; see `app.applying`.
        index: URL of the index that has them; empty for those that the environment's installer asks.
        download_bytes, minutes: `None`: not known. rights: `none` or `administrator`. reach: whom it touches.
        caveat: what it costs or leaves open, one clause; empty for nothing.
        needs_new_console: it counts for programs that are started afresh.
        parts: of a combination: its fixes in order, each made for the machine that those before it leave; the last
            alone may fetch. None for a fix of its own.
        order: among fixes that differ in nothing else, the lowest first.
        takes_yours: it moves what a person has put where it is, and no installer has.
    """

    id: str
    kind: str
    title: str
    steps: tuple[Step, ...]
    change: Change
    proof: Proof
    requirements: tuple[str, ...] = ()
    index: str = ""
    download_bytes: int | None = 0
    minutes: float | None = 0.0
    rights: str = "none"
    reach: Reach = Reach.ENVIRONMENT
    caveat: str = ""
    needs_new_console: bool = False
    parts: tuple[Fix, ...] = ()
    order: int = 0
    takes_yours: bool = False

    @property
    def by_hand(self) -> bool:
        """Whether a person must do it."""
        from wontload.remedy.steps import ByHand

        return any(isinstance(step, ByHand) for step in self.steps)


# What is tried behind all that is as certain: a compiler may fail after many minutes of all cores; an edit is lost at
# the next upgrade, and the fallback gives up the GPU.
LAST_RESORTS = {"build": 1, "loader-line": 2, "cpu-fallback": 2}


def rank(fix: Fix) -> tuple[object, ...]:
    """Certainty first, then what leaves a person's own files alone, what we can do ourselves, reach, rights, cost."""
    certainty = {True: 0, None: 1, False: 2}[fix.proof.works]
    last_resort = LAST_RESORTS.get(fix.kind, 0)
    size = fix.download_bytes if fix.download_bytes is not None else 1 << 30
    return (
        certainty,
        last_resort,
        len(fix.parts),
        fix.takes_yours,
        fix.by_hand,
        fix.reach,
        fix.rights,
        size,
        fix.minutes or 0.0,
        fix.order,
        fix.id,
    )
