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
class Environment:
    """The Python environment that a fix may write into, as its interpreter tells.

    Attributes:
        python: its interpreter. prefix: the directory of the environment.
        site: the site-packages whose `.pth` files are read and that can be written to; `None` where there is none
            (embeddable Python without `site`; a read-only environment without a user site).
        places: `sysconfig`'s paths. installer: `pip`, `uv`, or empty.
        managed_by: who forbids pip to install here (PEP 668), in words; empty for nobody.
    """

    python: str
    prefix: str = ""
    site: str | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    installer: str = ""
    managed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One remedy for one target on one machine.

    Attributes:
        id: unique among the target's fixes, such as `scoped-path`. kind: of the catalogue in docs/fixes.md.
        title: what it does, one clause.
        steps: in order. change: what is different afterwards, for a loader.
        proof: of `change`; `works` is `None` where it needs what is not here yet (a wheel to be fetched).
        requirements: wheels to be fetched first, which the steps then install; see `app.fix`.
        download_bytes, minutes: `None`: not known. rights: `none` or `administrator`. reach: whom it touches.
        caveat: what it costs or leaves open, one clause; empty for nothing.
        needs_new_console: it counts for programs that are started afresh.
        order: among fixes that differ in nothing else, the lowest first.
    """

    id: str
    kind: str
    title: str
    steps: tuple[Step, ...]
    change: Change
    proof: Proof
    requirements: tuple[str, ...] = ()
    download_bytes: int | None = 0
    minutes: float | None = 0.0
    rights: str = "none"
    reach: Reach = Reach.ENVIRONMENT
    caveat: str = ""
    needs_new_console: bool = False
    order: int = 0

    @property
    def by_hand(self) -> bool:
        """Whether a person must do it."""
        from wontload.remedy.steps import ByHand

        return any(isinstance(step, ByHand) for step in self.steps)


def rank(fix: Fix) -> tuple[object, ...]:
    """Certainty first, then what we can do ourselves, reach, rights, bytes, minutes."""
    certainty = {True: 0, None: 1, False: 2}[fix.proof.works]
    last_resort = fix.kind in ("loader-line", "cpu-fallback")  # lost at the next upgrade; gives up the GPU
    size = fix.download_bytes if fix.download_bytes is not None else 1 << 30
    return (certainty, last_resort, fix.by_hand, fix.reach, fix.rights, size, fix.minutes or 0.0, fix.order, fix.id)
