"""Delay-loaded libraries that will not be found when they are first called, and whether that ended the process."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.case import Case
from wontload.loader import Module, Status
from wontload.loader.windows.delayed import WOULD_FAIL
from wontload.machine import Outcome

# What the delay-load helper raises where nobody hooks it: VcppException(ERROR_SEVERITY_ERROR, 126) and the same of 127.
# Source: Microsoft, "Understand the delay load helper function".
DELAY_LOAD_FAILED = frozenset({0xC06D007E, 0xC06D007F})


def would_fail(module: Module) -> bool:
    """Whether a library is delay-loaded, and not to be found as things stand."""
    return module.status is Status.DELAYED and (module.reason or "").startswith(WOULD_FAIL)


def missing_when_called(case: Case) -> Iterator[tuple[int, Module]]:
    """Such libraries of all loads, each name once, with the index of the load."""
    seen: set[str] = set()
    for index, load in enumerate(case.loads):
        for module in load.simulated.modules if load.simulated else ():
            name = case.fold(module.name)
            if would_fail(module) and name not in seen:
                seen.add(name)
                yield index, module


def ended_by_a_call(case: Case) -> bool:
    """Whether the process died of the helper's own exception."""
    seen = case.observation
    return seen is not None and case.outcome is Outcome.CRASHED and seen.exit_status in DELAY_LOAD_FAILED
