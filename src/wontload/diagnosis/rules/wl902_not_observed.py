"""WL902: the load could not be observed."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.machine import Outcome


def not_observed(case: Case) -> Iterator[Finding]:
    """Nothing was run (a saved machine without an observation of the target), or the time limit ended it."""
    if case.observation is None:
        yield Finding(
            code="WL902",
            severity=Severity.NOTE,
            title=f"the import of {case.target} was not observed; this is judged from its files",
            subject=case.target,
            chain=(case.target,),
            evidence=(Evidence("simulated", f"{_files(len(case.loads))} judged by the loader's model"),),
            explanation="The saved machine holds no record of a real import of this target. What Python code does "
            "before a load (directories that it adds, variables that it changes) is known only where knowledge/ says.",
        )
    elif case.outcome is Outcome.TIMED_OUT:
        seconds = case.observation.seconds
        limit = f" after {seconds:.0f} s" if seconds else ""
        yield Finding(
            code="WL902",
            severity=Severity.WARNING,
            title=f"the import of {case.target} did not end and was stopped{limit}",
            subject=case.target,
            chain=(case.target,),
            evidence=tuple(_where_it_was(case)),
            explanation="A package may wait for a network, a lock or a device while it is imported. "
            "Neither success nor failure was seen.",
        )


def _files(count: int) -> str:
    return "1 file of the package was" if count == 1 else f"{count} files of the package were"


def _where_it_was(case: Case) -> Iterator[Evidence]:
    inside = [load for load in case.loads if load.observed and load.observed.succeeded is None]
    if inside:
        name = inside[-1].request.name
        yield Evidence("observed", f"it was inside the load of {name}", {"name": name})
    elif case.loads:
        name = case.loads[-1].request.name
        yield Evidence("observed", f"the last load, of {name}, had come back", {"name": name})
    else:
        yield Evidence("observed", "no native library had been asked for yet", {})
