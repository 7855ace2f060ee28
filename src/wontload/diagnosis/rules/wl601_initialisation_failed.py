"""WL601: a library's own initialisation failed."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import evidence
from wontload.diagnosis.case import Case
from wontload.diagnosis.commands import typed
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.illegal import evidence_of, illegal
from wontload.diagnosis.unbound import is_part_of_system
from wontload.loader import LoadResult, Status
from wontload.probe.exit_status import exception_of

MOST_SHOWN = 6
ERROR_DLL_INIT_FAILED = 1114  # Microsoft, System Error Codes (1000-1299)


def initialisation_failed(case: Case) -> Iterator[Finding]:
    """Every file was found, and one of them said no when it was started (DllMain returned FALSE, or raised).

    A start-up that takes the whole process down is WL605, a file in which none can run WL102.
    """
    index = case.fatal
    if index is None or (observed := case.loads[index].observed) is None or observed.error is None:
        return
    exception = exception_of(observed.error.number)
    if not case.windows or (observed.error.number != ERROR_DLL_INIT_FAILED and exception is None):
        return
    if (simulated := case.loads[index].simulated) is not None and simulated.error == observed.error.number:
        return
    raised = "" if exception is None else f" with {case.describe_exit(exception)}"
    refused = () if (found := illegal(case)) is None else (evidence_of(case, found),)
    name = case.path_module.basename(case.loads[index].request.name)
    below = tuple(_started(case, simulated))[:MOST_SHOWN] if simulated else ()
    yield Finding(
        code="WL601",
        severity=Severity.ERROR,
        title=f"{name} was found with all that it needs, and an initialisation in it or below it failed{raised}",
        subject=name,
        chain=case.chain(index, simulated.modules[0]) if simulated else (case.target, name),
        evidence=(
            evidence.of_request(case, index),
            *evidence.of_observation(case, index),
            *refused,
            *(Evidence("file", f"{path} is started with it, before it", {"path": path}) for path in below),
        ),
        explanation=("A DllMain raised an exception." if raised else "Windows error 1114: a DllMain returned FALSE.")
        + " The usual reasons are a Visual C++ runtime that is "
        "older than the code needs, a CPU without an instruction set that the code uses, and a second copy of a "
        "runtime that is in the process already."
        + (
            f" Whether it was one that is started before it, `wontload {_typed(case, below[-1])}` tells."
            if below
            else ""
        ),
        explains_error=True,
        load=index,
    )


def _started(case: Case, result: LoadResult) -> Iterator[str]:
    """Libraries that this load brings in, but for Windows' own: any of them may have been the one that said no."""
    for module in result.modules[1:]:
        if module.status is Status.LOADED and module.path and not is_part_of_system(case, module):
            yield module.path


def _typed(case: Case, path: str) -> str:
    return typed(path, windows=case.windows)
