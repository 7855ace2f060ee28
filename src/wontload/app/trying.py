"""Trying a fix: its steps are taken, the target is imported for real, and where that fails all is taken back."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wontload.app.diagnose import diagnose
from wontload.diagnosis import Diagnosis
from wontload.errors import WontloadError
from wontload.remedy import journal as journals
from wontload.remedy.alone import alone
from wontload.remedy.change import searched_then
from wontload.remedy.doing import take, take_back
from wontload.remedy.fix import Fix
from wontload.remedy.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One fix, as it was tried.

    Attributes:
        fix: which. journal: its identity, for `wontload undo`; empty where nothing was begun.
        diagnosis: of the target afterwards; `None` when the fix could not be applied.
        problem: why it could not; empty where it could. kept: it stays, because the import works.
        left: what an undo had to leave as it is, in sentences.
    """

    fix: Fix
    journal: str = ""
    diagnosis: Diagnosis | None = None
    problem: str = ""
    kept: bool = False
    left: tuple[str, ...] = field(default=())

    @property
    def unforeseen(self) -> tuple[str, ...]:
        """What was mapped or refused afterwards otherwise than the model says (WL901), a sentence each."""
        findings = self.diagnosis.findings if self.diagnosis else ()
        return tuple(one.title for one in findings if one.code == "WL901")


def try_steps(
    fix: Fix,
    target: str,
    python: str,
    *,
    progress: Callable[[Step], None] = lambda step: None,
    timeout_s: float = 60.0,
) -> Attempt:
    """Take a fix's steps, journaled; import `target` for real with `python`; if that fails, undo.

    Raises:
        KeyboardInterrupt: after what was done has been taken back.
    """
    with alone():
        return _try_steps(fix, target, python, progress, timeout_s)


def _try_steps(fix: Fix, target: str, python: str, progress: Callable[[Step], None], timeout_s: float) -> Attempt:
    journal = journals.begin(target=target, python=python, fix=fix.id, title=fix.title)
    try:
        take(fix.steps, journal, progress=progress)
        after = diagnose(target, python=python, timeout_s=timeout_s, environment=_environment(fix))
    except KeyboardInterrupt:
        take_back(journal)
        raise
    except WontloadError as error:
        return Attempt(fix=fix, journal=journal.identity, problem=str(error), left=tuple(take_back(journal)))
    journal.write("verified", works=after.works)
    if after.works:
        journal.write("end", how="applied")
        return Attempt(fix=fix, journal=journal.identity, diagnosis=after, kept=True)
    return Attempt(fix=fix, journal=journal.identity, diagnosis=after, left=tuple(take_back(journal)))


def _environment(fix: Fix) -> Mapping[str, str] | None:
    """The variables of a program that is started after the fix; `None`: those of this one."""
    change = fix.change
    if not (change.environment or change.search_first or change.search_last or change.search_without):
        return None
    values = {**os.environ, **{name: value for name, value in change.environment.items() if value is not None}}
    name = "PATH" if os.name == "nt" else "LD_LIBRARY_PATH"
    searched = searched_then(values.pop(name, None), change, windows=os.name == "nt")
    values |= {} if searched is None else {name: searched}
    return {key: value for key, value in values.items() if change.environment.get(key, "") is not None}
