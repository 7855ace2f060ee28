"""Loads in which everything was found and the start of what was mapped went wrong."""

from __future__ import annotations

from collections.abc import Collection

from wontload.diagnosis.case import Case
from wontload.machine import Outcome
from wontload.probe.exit_status import exception_of

ERROR_DLL_INIT_FAILED = 1114  # Microsoft, System Error Codes (1000-1299)
ACCESS_VIOLATION = 0xC0000005  # Microsoft, MS-ERREF, 2.3.1


def initialisation_that_failed(case: Case, *, also: Collection[int] = ()) -> int | None:
    """Index of the Windows load that ended in 1114, or in an exception; `None` where there was none.

    Args:
        also: NTSTATUS values that count as well, of a crash inside a load or as the load's error.
    """
    if not case.windows:
        return None
    index = case.fatal
    observed = case.loads[index].observed if index is not None else None
    number = observed.error.number if observed is not None and observed.error is not None else None
    if number == ERROR_DLL_INIT_FAILED or (number is not None and exception_of(number) in also):
        return index
    status = case.observation.exit_status if case.observation and case.outcome is Outcome.CRASHED else None
    return under_way(case) if status in also else None


def under_way(case: Case) -> int | None:
    """Index of the innermost load that never came back; `None` where there is none."""
    inside = [index for index, load in enumerate(case.loads) if load.observed and load.observed.succeeded is None]
    return inside[-1] if inside else None
