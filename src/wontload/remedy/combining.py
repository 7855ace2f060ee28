"""Fixes that only get to the next error, each together with a fix for that one; the smallest set that loads wins.

The machine with the first fix laid over it is diagnosed as a saved one would be, and asked for fixes of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from wontload.diagnosis import Case, diagnose
from wontload.diagnosis.judged import JudgedLoad
from wontload.loader import load
from wontload.machine import LoadRequest, Machine, Observation, Outcome, Process
from wontload.remedy.candidates import Question
from wontload.remedy.change import Change, changed_machine, changed_request, searched_then, together
from wontload.remedy.expected import expected_loads
from wontload.remedy.fix import Fix
from wontload.remedy.proof import gets_further

MOST_PARTS = 3
Plan = Callable[[Question], list[Fix]]


def with_combinations(question: Question, plan: Plan) -> list[Fix]:
    """The fixes of a question; where none of them is proven, also those of two parts and more.

    What only gets to the next error is left out where something is proven, and else says what that error is.

    Args:
        plan: what the candidates say of a question.
    """
    found = plan(question)
    alone = {fix.id for fix in found}
    level = [fix for fix in found if gets_further(fix.proof) and not fix.requirements]
    for _ in range(MOST_PARTS - 1):
        if not level or any(fix.proof.works for fix in found):
            break
        made = [
            joined(first, second)
            for first in level
            for second in plan(afterwards(question, first.change))
            if second.proof.works or second.id not in alone  # what may help without the first is offered by itself
        ]
        found += [fix for fix in made if fix.proof.works is not False]
        level = [fix for fix in made if gets_further(fix.proof) and not fix.requirements]
    return [fix for fix in found if not gets_further(fix.proof) or not any(one.proof.works for one in found)]


def joined(first: Fix, second: Fix) -> Fix:
    """One fix of two, the second made for the machine that the first leaves. What is fetched, the second fetches."""
    parts = (*(first.parts or (first,)), *(second.parts or (second,)))
    before = first.proof.before if len(first.proof.before) == len(second.proof.after) else ()
    return replace(
        second,
        id="+".join(part.id for part in parts),
        title="; then ".join(part.title for part in parts),
        steps=(*first.steps, *second.steps),
        change=together(first.change, second.change),
        proof=replace(second.proof, before=before or second.proof.before),
        rights=max(first.rights, second.rights, key=("none", "administrator").index),
        reach=max(first.reach, second.reach),
        caveat="; ".join(filter(None, (first.caveat, second.caveat))),
        needs_new_console=first.needs_new_console or second.needs_new_console,
        parts=parts,
    )


def afterwards(question: Question, change: Change) -> Question:
    """The same question of the machine with a change: what ended the import then, as the model has it."""
    case = question.case
    machine = changed_machine(case.machine, change)
    machine = replace(machine, environment=_environment(case, change))
    start = None if case.start is None else _changed(machine, case.start, change)
    changed = replace(case, machine=machine, start=start, observation=_observation(case.observation))
    loads = tuple(_again(changed, case, one, change) for one in case.loads)
    if case.fatal is None and case.start is not None:  # it ended before its own libraries' turn came
        loads += tuple(_judged(changed, one) for one in expected_loads(changed, machine.environment))
    changed = replace(changed, loads=loads)
    return replace(question, case=changed, diagnosis=diagnose(changed))


def _again(changed: Case, case: Case, one: JudgedLoad, change: Change) -> JudgedLoad:
    """What was seen of a load counts no more where it failed: that is what was changed."""
    request = changed_request(changed.machine, one.request, change, case.start)
    failed = one.observed is not None and one.observed.succeeded is not True
    judged = _judged(changed, request)
    return judged if failed or one.observed is None else replace(judged, observed=one.observed)


def _judged(case: Case, request: LoadRequest) -> JudgedLoad:
    return JudgedLoad(request=request, simulated=load(case.machine, request))


def _changed(machine: Machine, start: Process, change: Change) -> Process:
    """The process before the target is touched, as it is then."""
    bare = LoadRequest(kind="ctypes", name="", flags=0, process=start)
    return changed_request(machine, bare, change).process


def _environment(case: Case, change: Change) -> dict[str, str]:
    """The variables of the person's session with the change: what a further fix adds to."""
    values = dict(case.machine.environment)
    for name, value in change.environment.items():
        same = [known for known in values if known.upper() == name.upper()] if case.windows else [name]
        for known in same:
            values.pop(known, None)
        if value is not None:
            values[name] = value
    searched = next((one for one in values if one.upper() == case.search_variable), case.search_variable)
    value = searched_then(values.pop(searched, None), change, windows=case.windows)
    return values if value is None else {**values, searched: value}


def _observation(seen: Observation | None) -> Observation | None:
    """That the import ended in a load, and no more: its words and its directories were those of the first error."""
    if seen is None or seen.error is None:
        return seen
    error = replace(seen.error, text="", chain=(), number=None, raised_by="load")
    return replace(seen, outcome=Outcome.FAILS, error=error, failed_directories=(), missing_module=None, loads=())
