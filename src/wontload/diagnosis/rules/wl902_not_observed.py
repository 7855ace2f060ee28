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
            title=f"the {_what(case)} of {case.target} was not observed; this is judged from {_whose(case)}",
            subject=case.target,
            chain=(case.target,),
            evidence=(Evidence("simulated", f"{_files(case)} judged by the loader's model"),),
            explanation=f"The saved machine holds no record of a real {_what(case)} of this target. What Python code "
            "does before a load (directories that it adds, variables that it changes) is known only where knowledge/ "
            "says.",
        )
    elif case.outcome is Outcome.TIMED_OUT:
        seconds = case.observation.seconds
        limit = f" after {seconds:.3g} s" if seconds else ""
        yield Finding(
            code="WL902",
            severity=Severity.WARNING,
            title=f"the {_what(case)} of {case.target} did not end and was stopped{limit}",
            subject=case.target,
            chain=(case.target,),
            evidence=tuple(_where_it_was(case)),
            explanation="A library may wait for a network, a lock or a device while it is loaded. "
            "Neither success nor failure was seen.",
        )


def _what(case: Case) -> str:
    return "load" if case.kind == "file" else "import"


def _whose(case: Case) -> str:
    return "the file" if case.kind == "file" else "its files"


def _files(case: Case) -> str:
    if case.kind == "file":
        return "the file and all that it names were"
    count = len(case.loads)
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
