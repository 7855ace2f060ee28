"""`wontload fix TARGET`: find what could be done, prove it, do it, try the import for real, take it back if in vain."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING

from wontload.app.diagnose import diagnose
from wontload.app.environment import environment_of, requiring
from wontload.app.writable import rights_here
from wontload.diagnosis import Case, Diagnosis
from wontload.diagnosis.finding import Severity
from wontload.errors import WontloadError
from wontload.machine import Machine
from wontload.machine.snapshot import Snapshot
from wontload.remedy import journal as journals
from wontload.remedy.alone import alone
from wontload.remedy.candidates import Question, matching_wheel, reinstall, runtime_wheels
from wontload.remedy.candidates.absent_package import absent_package
from wontload.remedy.candidates.build import build as build_candidate
from wontload.remedy.candidates.by_manager import manager_package
from wontload.remedy.candidates.cpu_fallback import cpu_fallback
from wontload.remedy.candidates.loader_line import loader_line
from wontload.remedy.candidates.offered_symbols import offered_symbols
from wontload.remedy.candidates.one_owner import one_owner
from wontload.remedy.candidates.path_entry import path_entry
from wontload.remedy.candidates.permissions import permissions
from wontload.remedy.candidates.scoped_path import scoped_path
from wontload.remedy.candidates.search_entry import search_entry
from wontload.remedy.candidates.search_variable import search_variable
from wontload.remedy.candidates.set_aside import set_aside
from wontload.remedy.candidates.stale_variable import stale_variable
from wontload.remedy.candidates.system_package import system_package
from wontload.remedy.change import searched_then
from wontload.remedy.combining import afterwards, joined, with_combinations
from wontload.remedy.doing import take, take_back
from wontload.remedy.fetching import fetch
from wontload.remedy.fix import Environment, Fix, rank
from wontload.remedy.refused import StepFailed
from wontload.remedy.steps import Step
from wontload.remedy.wheel_images import wheel_images

CANDIDATES: tuple[Callable[[Question], Iterator[Fix]], ...] = (
    scoped_path,
    offered_symbols,
    stale_variable,
    path_entry,
    search_entry,
    permissions,
    absent_package,
    set_aside,
    runtime_wheels.runtime_wheels,
    manager_package,
    reinstall.reinstall,
    matching_wheel.matching_wheel,
    one_owner,
    cpu_fallback,
    search_variable,
    loader_line,
    system_package,
    build_candidate,
)
# Kinds whose steps and proof are made of what was fetched.
COMPLETE = {
    "runtime-wheels": runtime_wheels.complete,
    "reinstall": reinstall.complete,
    "one-owner": reinstall.complete,
    "matching-wheel": matching_wheel.complete,
    "build": reinstall.complete,
    "cpu-fallback": reinstall.complete,
}
NEXT = {"runtime-wheels": runtime_wheels.what_they_need}  # further wheels, where those that were fetched are not enough
MOST_ROUNDS = 4
LARGEST_SOURCE_BYTES = 4 << 20

if TYPE_CHECKING:
    from wontload.app.build import BuildAnswer
    from wontload.build.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What could be done about a target.

    Attributes:
        diagnosis: why it does not load. fixes: best first; empty when it loads, or nothing is known that helps.
        environment: where they would write; `None` where nothing needs to be fixed.
    """

    diagnosis: Diagnosis
    fixes: tuple[Fix, ...] = ()
    environment: Environment | None = None


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
    if case is None or diagnosis.works:
        return Plan(diagnosis=diagnosis)
    question = _question(diagnosis, case, environment_of(case.machine))
    found = with_combinations(question, _single)
    return Plan(diagnosis=diagnosis, fixes=tuple(sorted(found, key=rank)), environment=question.environment)


def _single(question: Question) -> list[Fix]:
    """What each kind of fix has to say of a question, by itself."""
    return [fix for candidate in CANDIDATES for fix in candidate(question)]


def _question(diagnosis: Diagnosis, case: Case, environment: Environment) -> Question:
    live = case.machine.id == "this"
    return Question(
        case=case,
        diagnosis=diagnosis,
        environment=environment,
        source=_read_source if live else lambda path: None,
        rights=rights_here if live else lambda path: None,
        asking_for=(lambda name: requiring(name, case.machine)) if live else lambda name: (),
    )


def apply(
    fix: Fix,
    plan: Plan,
    *,
    progress: Callable[[Step], None] = lambda step: None,
    building: Callable[[Progress], None] = lambda progress: None,
    timeout_s: float = 60.0,
) -> Attempt:
    """Fetch what a fix of a plan needs and prove it on that; take its steps; try the target for real; if in vain, undo.

    Args:
        progress: hears of every step. building: of every step of a build, where the fix is one.

    Raises:
        KeyboardInterrupt: after what was done has been taken back.
    """
    diagnosis = plan.diagnosis
    if not fix.requirements:
        return _apply(fix, diagnosis, progress, timeout_s)
    with (
        tempfile.TemporaryDirectory(prefix="wontload-", ignore_cleanup_errors=True) as directory,
        ExitStack() as opened,
    ):
        try:
            fix = _fetched(fix, plan, directory, opened, building)
        except WontloadError as error:
            return Attempt(fix=fix, problem=str(error))
        if fix.proof.works is False:
            missing = ", ".join(module.name for module in fix.proof.still_missing)
            return Attempt(fix=fix, problem=f"with it the model says that {missing or 'something else'} still fails")
        return _apply(fix, diagnosis, progress, timeout_s)


def _fetched(fix: Fix, plan: Plan, directory: str, opened: ExitStack, building: Callable[[Progress], None]) -> Fix:
    """The fix with steps made of the wheels that it asks for, which lie in `directory` from now on.

    What a wheel's own library needs is known only now: where a wheel has that, too, it is fetched as well.
    """
    assert plan.diagnosis.case is not None
    assert plan.environment is not None
    question = _question(plan.diagnosis, plan.diagnosis.case, plan.environment)
    if fix.parts:
        *first, last = fix.parts
        before = reduce(joined, first)
        return joined(before, _completed(last, afterwards(question, before.change), directory, opened, building))
    return _completed(fix, question, directory, opened, building)


def _completed(
    fix: Fix, question: Question, directory: str, opened: ExitStack, building: Callable[[Progress], None]
) -> Fix:
    wanted, wheels = fix.requirements, os.path.join(directory, "wheels")
    for _ in range(MOST_ROUNDS):
        os.makedirs(wheels, exist_ok=True)
        found = _fetch(fix, wanted, question.environment, wheels, building)
        images = wheel_images(found, question.environment.places, opened)
        complete = COMPLETE[fix.kind](fix, question, found, images)
        more = NEXT[fix.kind](complete, question) if fix.kind in NEXT else ()
        wanted = tuple(one for one in more if one not in fix.requirements)
        if complete.proof.works is not False or not wanted:
            break
        fix = replace(fix, requirements=(*fix.requirements, *wanted))
    return complete


def _fetch(
    fix: Fix, wanted: Sequence[str], environment: Environment, directory: str, building: Callable[[Progress], None]
) -> Sequence[str]:
    if fix.kind == "build":
        return tuple(_built(wanted, environment.python, building))
    if fix.kind != "matching-wheel":
        return fetch(wanted, pip=environment.pip, directory=directory, index=fix.index)
    from wontload.app.matching import fetch_matching

    return fetch_matching(fix.requirements[0], python=environment.python, directory=directory)


def _built(requirements: Sequence[str], python: str, building: Callable[[Progress], None]) -> Iterator[str]:
    """Wheels of these, compiled here. Raises `StepFailed` with what hinders it, or where its log is."""
    from wontload.app.build import build
    from wontload.app.build_order import Order, ordered

    for requirement in requirements:
        name, version = ordered(requirement)
        answer = build(Order(name=name, version=version, python=python), told=building)
        if answer.wheel is None or answer.verdict == "unfit":
            raise StepFailed(_why_not_built(requirement, answer), f"`wontload build {requirement}` tells more.")
        yield answer.wheel


def _why_not_built(requirement: str, answer: BuildAnswer) -> str:
    """One sentence: the first thing that hinders it, or that its log says."""
    built = answer.built
    if built is None or built.diagnosis is None:
        first = next((one.title for one in answer.findings if one.severity is Severity.ERROR), answer.verdict)
        return f"{requirement} was not built: {first}."
    causes = (one.title for one in built.diagnosis.findings if one.explains_error)
    first = next((one.rstrip(".") for one in (*causes, *built.diagnosis.would_settle)), "nothing known was recognised")
    return f"{requirement} was not built: {first}. Its log is {built.log}."


def _apply(fix: Fix, diagnosis: Diagnosis, progress: Callable[[Step], None], timeout_s: float) -> Attempt:
    python = diagnosis.machine.python
    executable = python.executable if python else ""
    return try_steps(fix, diagnosis.target, executable, progress=progress, timeout_s=timeout_s)


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


def undo(identity: str | None = None) -> tuple[journals.Journal, tuple[str, ...]]:
    """Take back an application: the one named, else the newest that was not taken back.

    Returns:
        Its journal, and what had to be left as it is.

    Raises:
        NoSuchApplication: none is recorded. StepFailed: something may not be written; see `doing.take_back`.
    """
    _named(identity)  # where there is nothing to take back, nothing is written either
    with alone():
        journal = _named(identity)
        return journal, tuple(take_back(journal))


def _named(identity: str | None) -> journals.Journal:
    return journals.application(identity) if identity else _newest()


def _newest() -> journals.Journal:
    for journal in journals.applications():
        if journal.ended != "undone":
            return journal
    raise journals.NoSuchApplication("nothing is recorded that could be taken back.")


def undoable() -> Sequence[journals.Journal]:
    """Applications that were not taken back, the newest first."""
    return [journal for journal in journals.applications() if journal.ended != "undone"]


def interrupted() -> Sequence[journals.Journal]:
    """Applications that came to no end, and were not taken back; one that runs at this moment among them."""
    return [journal for journal in journals.applications() if not journal.ended]


def _read_source(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read(LARGEST_SOURCE_BYTES)
    except OSError:
        return None
