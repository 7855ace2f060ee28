"""`wontload fix TARGET --plan`: what could be done about a target, each fix with its proof; nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from wontload.app.diagnose import diagnose
from wontload.app.environment import environment_of, requiring, versions_asked
from wontload.app.writable import rights_here
from wontload.diagnosis import Case, Diagnosis
from wontload.machine import Machine
from wontload.machine.snapshot import Snapshot
from wontload.remedy.candidates import Question, matching_wheel, reinstall, runtime_wheels
from wontload.remedy.candidates.absent_package import absent_package
from wontload.remedy.candidates.build import build as build_candidate
from wontload.remedy.candidates.by_manager import manager_package
from wontload.remedy.candidates.cpu_fallback import cpu_fallback
from wontload.remedy.candidates.loader_line import loader_line
from wontload.remedy.candidates.offered_symbols import offered_symbols
from wontload.remedy.candidates.one_owner import one_owner
from wontload.remedy.candidates.other_version import other_version
from wontload.remedy.candidates.path_entry import path_entry
from wontload.remedy.candidates.permissions import permissions
from wontload.remedy.candidates.scoped_path import scoped_path
from wontload.remedy.candidates.search_entry import search_entry
from wontload.remedy.candidates.search_variable import search_variable
from wontload.remedy.candidates.set_aside import set_aside
from wontload.remedy.candidates.stale_variable import stale_variable
from wontload.remedy.candidates.system_package import system_package
from wontload.remedy.combining import with_combinations
from wontload.remedy.fix import Environment, Fix, rank

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
    other_version,
    one_owner,
    cpu_fallback,
    search_variable,
    loader_line,
    system_package,
    build_candidate,
)
LARGEST_SOURCE_BYTES = 4 << 20


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
    question = question_of(diagnosis, case, environment_of(case.machine))
    found = with_combinations(question, _single)
    return Plan(diagnosis=diagnosis, fixes=tuple(sorted(found, key=rank)), environment=question.environment)


def _single(question: Question) -> list[Fix]:
    """What each kind of fix has to say of a question, by itself."""
    return [fix for candidate in CANDIDATES for fix in candidate(question)]


def question_of(diagnosis: Diagnosis, case: Case, environment: Environment) -> Question:
    """What the kinds of fixes are asked; of a saved machine nothing is looked up on this one."""
    live = case.machine.id == "this"
    return Question(
        case=case,
        diagnosis=diagnosis,
        environment=environment,
        source=_read_source if live else lambda path: None,
        rights=rights_here if live else lambda path: None,
        asking_for=(lambda name: requiring(name, case.machine)) if live else lambda name: (),
        versions_asked=cache(lambda name: versions_asked(name, case.machine)) if live else lambda name: "",
    )


def _read_source(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read(LARGEST_SOURCE_BYTES)
    except OSError:
        return None
