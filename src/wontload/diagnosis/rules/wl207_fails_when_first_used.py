"""WL207: a delay-loaded library will fail when it is first used."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import evidence
from wontload.diagnosis.case import Case
from wontload.diagnosis.delayed import ended_by_a_call, missing_when_called
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.grouping import component
from wontload.diagnosis.words import listed
from wontload.loader import Module
from wontload.machine import Outcome


def fails_when_first_used(case: Case) -> Iterator[Finding]:
    """A module that loads names a library for later, and that library is not to be found as things stand.

    One that is needed at once is WL201 to WL205. A library that a program tries by name and does without is those, too,
    as a warning.
    """
    found, explains = list(missing_when_called(case)), ended_by_a_call(case)
    if not found or case.outcome is Outcome.NOT_FOUND:
        return
    index, first = found[0]
    names = tuple(dict.fromkeys(case.path_module.basename(one.name) for _, one in found))
    user = case.path_module.basename(first.needed_by or "")
    yield Finding(
        code="WL207",
        severity=Severity.ERROR if explains else Severity.NOTE,
        title=f"{listed(names)} was missing when {user} first called it"
        if explains
        else f"{listed(names)} will be missing when {user} first calls {'it' if len(names) == 1 else 'them'}",
        subject=names[0],
        also=names[1:],
        component=component(names[0]),
        chain=case.chain(index, first),
        evidence=(
            *((evidence.of_request(case, index),) if explains else ()),
            *evidence.of_observation(case, index),
            *(_prospect(case, one) for _, one in found[: evidence.COPIES_SHOWN]),
            *(item for name in names for item in evidence.of_copies(case, case.copies.named(name))),
            *evidence.of_providers(case, names),
        ),
        explanation="A delay-loaded library is sought when a function of it is first called, in the standard search "
        "order whatever flags the load had. It stops nothing until then; a call that comes to nothing ends the process "
        "unless the program is prepared for it. Some programs are, and name a library so because they can do without.",
        explains_error=explains,
        load=index,
    )


def _prospect(case: Case, module: Module) -> Evidence:
    user = case.path_module.basename(module.needed_by or "")
    return Evidence("simulated", f"{user} delay-loads {module.name}: it {module.reason}", {"name": module.name})
