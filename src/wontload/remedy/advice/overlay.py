"""What a remedy would change on one machine, and what is to be known of it beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from wontload.binary import Image
from wontload.diagnosis import Case, Diagnosis
from wontload.diagnosis.missing import Missing, missing_of
from wontload.diagnosis.words import are, listed
from wontload.knowledge.advice import Advice
from wontload.machine import own_format
from wontload.remedy.change import Change
from wontload.remedy.proof import must_load


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """One part of a remedy.

    Attributes:
        change: what is different afterwards, as a loader sees it; an empty one for nothing.
        but: why the change is not what it is meant to be, or changes nothing: one clause; empty for none.
        unknown: what no overlay can express, with what would settle it: one clause; empty for nothing.
    """

    change: Change = field(default_factory=Change)
    but: str = ""
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a remedy is judged on: a case with its diagnosis, and the remedy's own row."""

    case: Case
    diagnosis: Diagnosis
    advice: Advice

    @property
    def lost(self) -> tuple[Missing, ...]:
        """What the loads that count lack."""
        return tuple(one for one in missing_of(self.case) if one.load in must_load(self.case))


Make = Callable[[Subject], Overlay]


def opaque(case: Case) -> Image:
    """A vendor's own file as it would be here: of this architecture, taken to load, its tables not known."""
    system = case.machine.system
    bits = 32 if system.architecture in ("x86", "arm") else 64
    return Image(format=own_format(system), architecture=system.architecture, bits=bits, opaque=True)


def base_names(case: Case, found: Iterable[Missing]) -> tuple[str, ...]:
    """The file names of missing dependencies."""
    return tuple(dict.fromkeys(case.path_module.basename(one.file) for one in found))


def not_part_of(names: Sequence[str], what: str) -> str:
    """`ggml-base.dll is no part of the CUDA Toolkit`."""
    return f"{listed(names)} {are(names)} no part of {what}" if names else ""
