"""WL207: a delay-loaded library will fail when it is first used."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import evidence
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.grouping import component
from wontload.diagnosis.words import listed
from wontload.loader import Module, Status
from wontload.loader.windows.delayed import WOULD_FAIL
from wontload.machine import Outcome

# What the delay-load helper raises where nobody hooks it: VcppException(ERROR_SEVERITY_ERROR, 126) and the same of 127.
# Source: Microsoft, "Understand the delay load helper function".
DELAY_LOAD_FAILED = frozenset({0xC06D007E, 0xC06D007F})


def fails_when_first_used(case: Case) -> Iterator[Finding]:
    """A module that loads names a library for later, and that library is not to be found as things stand.

    One that is needed at once is WL201 to WL205. A library that a program tries by name and does without is those, too,
    as a warning.
    """
    found = list(_found(case))
    crashed = case.outcome is Outcome.CRASHED and case.observation is not None
    explains = crashed and case.observation is not None and case.observation.exit_status in DELAY_LOAD_FAILED
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


def _found(case: Case) -> Iterator[tuple[int, Module]]:
    seen: set[str] = set()
    for index, load in enumerate(case.loads):
        for module in load.simulated.modules if load.simulated else ():
            name = case.fold(module.name)
            if module.status is Status.DELAYED and (module.reason or "").startswith(WOULD_FAIL) and name not in seen:
                seen.add(name)
                yield index, module


def _prospect(case: Case, module: Module) -> Evidence:
    user = case.path_module.basename(module.needed_by or "")
    return Evidence("simulated", f"{user} delay-loads {module.name}: it {module.reason}", {"name": module.name})
