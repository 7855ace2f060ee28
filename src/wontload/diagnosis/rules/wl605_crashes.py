"""WL605: the process ends while the target is loading."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wontload.diagnosis import evidence
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.illegal import evidence_of, illegal
from wontload.machine import Outcome

# The threads and frames that CPython's faulthandler prints below what it says itself.
_STACK = re.compile(r"  File |  <|Thread 0x|Current thread 0x|Extension modules:")


def crashes(case: Case) -> Iterator[Finding]:
    """The child that tried the import was ended by a signal, an exception of the processor, or by itself.

    An initialisation that says no and returns is WL601. An import that does not end is WL902.
    """
    observation = case.observation
    if observation is None or observation.outcome not in (Outcome.CRASHED, Outcome.EXITED):
        return
    status = observation.exit_status
    words = case.describe_exit(status) if status is not None else "for a reason that was not reported"
    inside = [index for index, load in enumerate(case.loads) if load.observed and load.observed.succeeded is None]
    subject = case.path_module.basename(case.loads[inside[-1]].request.name) if inside else case.target
    crashed = observation.outcome is Outcome.CRASHED
    where = f"while {subject} is loading" if inside else f"during the import of {case.target}"
    yield Finding(
        code="WL605",
        severity=Severity.WARNING if case.fatal_loads else Severity.ERROR,
        title=f"the process {'crashes' if crashed else 'ends itself'} {where}: {words}",
        subject=subject,
        chain=tuple(dict.fromkeys((case.target, subject))),
        evidence=(
            Evidence("observed", f"the child process ended: {words}", {"exit_status": status}),
            *((evidence.of_request(case, inside[-1]),) if inside else ()),
            *_instruction(case),
            *_last_mapped(case),
            *_printed(case),
        ),
        explanation=_explanation(case)
        if crashed
        else "The package's own code ended the process, so no error came out of the import.",
        explains_error=not case.fatal_loads,  # else what is wrong with that load explains the crash too
        load=inside[-1] if inside else None,
    )


def _explanation(case: Case) -> str:
    if case.fatal_loads:
        return "The model of the loader foresees it: mapping a file that is cut off, and touching what is not there."
    return "No loader error was reported: the process ended while code of the package, or of what it loads, ran."


def _instruction(case: Case) -> Iterator[Evidence]:
    if found := illegal(case):
        yield evidence_of(case, found)


def _last_mapped(case: Case) -> Iterator[Evidence]:
    modules = case.observation.modules if case.observation else ()
    if modules:
        yield Evidence("observed", f"the last module seen mapped is {modules[-1]}", {"path": modules[-1]})


def _printed(case: Case) -> Iterator[Evidence]:
    """The last that it printed, which often says more than the status: an assertion, an uncaught exception."""
    lines = [line for line in (case.observation.printed if case.observation else ()) if not _STACK.match(line)]
    if lines:
        yield Evidence("observed", f"the last that it printed: {lines[-1]}", {"lines": lines})
