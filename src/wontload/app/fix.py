"""`wontload fix TARGET`: find what could be done, prove it, do it, try the import for real, take it back if in vain."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from wontload.app.diagnose import diagnose
from wontload.app.environment import environment_of
from wontload.diagnosis import Case, Diagnosis
from wontload.errors import WontloadError
from wontload.machine import Machine
from wontload.machine.snapshot import Snapshot
from wontload.remedy import journal as journals
from wontload.remedy.candidates import Question
from wontload.remedy.candidates.loader_line import loader_line
from wontload.remedy.candidates.scoped_path import scoped_path
from wontload.remedy.candidates.search_variable import search_variable
from wontload.remedy.doing import take, take_back
from wontload.remedy.fix import Fix, rank
from wontload.remedy.steps import Step

CANDIDATES: tuple[Callable[[Question], Iterator[Fix]], ...] = (scoped_path, search_variable, loader_line)
LARGEST_SOURCE_BYTES = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What could be done about a target.

    Attributes:
        diagnosis: why it does not load. fixes: best first; empty when it loads, or nothing is known that helps.
    """

    diagnosis: Diagnosis
    fixes: tuple[Fix, ...] = ()


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


def plan(
    target: str,
    *,
    python: str | None = None,
    machine: Machine | Snapshot | None = None,
    timeout_s: float = 60.0,
) -> Plan:
    """Diagnose `target` and say what could be done, each fix with its proof; nothing is changed.

    Raises as `diagnose` does.
    """
    return plan_for(diagnose(target, python=python, machine=machine, timeout_s=timeout_s))


def plan_for(diagnosis: Diagnosis) -> Plan:
    """The plan for a diagnosis that was made already."""
    case = diagnosis.case
    if case is None or diagnosis.verdict in ("loads", "degraded"):
        return Plan(diagnosis=diagnosis)
    live = case.machine.id == "this"
    question = Question(
        case=case,
        diagnosis=diagnosis,
        environment=environment_of(case.machine),
        source=_read_source if live else lambda path: None,
    )
    found = [fix for candidate in CANDIDATES for fix in candidate(question)]
    return Plan(diagnosis=diagnosis, fixes=tuple(sorted(found, key=rank)))


def apply(
    fix: Fix, case: Case, *, progress: Callable[[Step], None] = lambda step: None, timeout_s: float = 60.0
) -> Attempt:
    """Take a fix's steps, try the target for real, and take the steps back if it still does not load.

    Raises:
        KeyboardInterrupt: after what was done has been taken back.
    """
    python = case.machine.python
    executable = python.executable if python else ""
    journal = journals.begin(target=case.target, python=executable, fix=fix.id, title=fix.title)
    try:
        take(fix.steps, journal, progress=progress)
        after = diagnose(case.target, python=executable, timeout_s=timeout_s, environment=_environment(fix))
    except KeyboardInterrupt:
        take_back(journal)
        raise
    except WontloadError as error:
        return Attempt(fix=fix, journal=journal.identity, problem=str(error), left=tuple(take_back(journal)))
    works = after.verdict in ("loads", "degraded")
    journal.write("verified", works=works)
    if works:
        journal.write("end", how="applied")
        return Attempt(fix=fix, journal=journal.identity, diagnosis=after, kept=True)
    return Attempt(fix=fix, journal=journal.identity, diagnosis=after, left=tuple(take_back(journal)))


def _environment(fix: Fix) -> Mapping[str, str] | None:
    """The variables of a program that is started after the fix; `None`: those of this one."""
    change = fix.change
    if not (change.environment or change.search_first or change.search_last):
        return None
    values = {**os.environ, **{name: value for name, value in change.environment.items() if value is not None}}
    name = "PATH" if os.name == "nt" else "LD_LIBRARY_PATH"
    standing = (values[name],) if values.get(name) else ()
    values[name] = os.pathsep.join((*change.search_first, *standing, *change.search_last))
    return {key: value for key, value in values.items() if change.environment.get(key, "") is not None}


def undo(identity: str | None = None) -> tuple[journals.Journal, tuple[str, ...]]:
    """Take back an application: the one named, else the newest that was not taken back.

    Returns:
        Its journal, and what had to be left as it is.

    Raises:
        NoSuchApplication: none is recorded. StepFailed: something may not be written; see `doing.take_back`.
    """
    journal = journals.application(identity) if identity else _newest()
    return journal, tuple(take_back(journal))


def _newest() -> journals.Journal:
    for journal in journals.applications():
        if journal.ended != "undone":
            return journal
    raise journals.NoSuchApplication("nothing is recorded that could be taken back.")


def undoable() -> Sequence[journals.Journal]:
    """Applications that were not taken back, the newest first."""
    return [journal for journal in journals.applications() if journal.ended != "undone"]


def _read_source(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read(LARGEST_SOURCE_BYTES)
    except OSError:
        return None
