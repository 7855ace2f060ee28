"""Applying a fix of a plan: what it needs is fetched or built, and the fix proven on that, before any step is taken."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

from wontload.app.fix import Plan, question_of
from wontload.app.trying import Attempt, try_steps
from wontload.diagnosis import Diagnosis
from wontload.diagnosis.finding import Severity
from wontload.errors import WontloadError
from wontload.remedy.candidates import Question, matching_wheel, reinstall, runtime_wheels
from wontload.remedy.combining import afterwards, joined
from wontload.remedy.fetching import fetch
from wontload.remedy.fix import Environment, Fix
from wontload.remedy.refused import StepFailed
from wontload.remedy.steps import Step
from wontload.remedy.wheel_images import wheel_images

# Kinds whose steps and proof are made of what was fetched.
COMPLETE = {
    "runtime-wheels": runtime_wheels.complete,
    "reinstall": reinstall.complete,
    "one-owner": reinstall.complete,
    "matching-wheel": matching_wheel.complete,
    "build": reinstall.complete,
    "cpu-fallback": reinstall.complete,
    "other-version": reinstall.complete,
}
NEXT = {"runtime-wheels": runtime_wheels.what_they_need}  # further wheels, where those that were fetched are not enough
MOST_ROUNDS = 4

if TYPE_CHECKING:
    from wontload.app.build import BuildAnswer
    from wontload.build.progress import Progress


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
    question = question_of(plan.diagnosis, plan.diagnosis.case, plan.environment)
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
