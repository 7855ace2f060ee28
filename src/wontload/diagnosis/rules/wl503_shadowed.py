"""WL503: a source folder shadows the installed package."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.shadow import shadow
from wontload.machine import Outcome


def shadowed(case: Case) -> Iterator[Finding]:
    """The import found a folder or file of that name before the installed package, and failed in it.

    Two installed distributions that write over one package are WL502.
    """
    observation, found = case.observation, shadow(case)
    if observation is None or found is None or observation.outcome is not Outcome.FAILS or case.fatal is not None:
        return
    taken, installed = found
    explains = not _lacks_another_package(case)
    yield Finding(
        code="WL503",
        severity=Severity.ERROR if explains else Severity.WARNING,
        title=f"{taken} is imported in place of the installed {case.target}",
        subject=taken,
        also=(installed,),
        chain=(case.target,),
        evidence=(
            Evidence("observed", f"import {case.target} found {observation.origin}", {"path": observation.origin}),
            Evidence("file", f"the installed package is {installed}", {"path": installed}),
            Evidence("file", _how_it_came_first(case, taken), {"path": taken}),
        ),
        explanation=_why_it_comes_first(case, taken),
        explains_error=explains,
    )


def _lacks_another_package(case: Case) -> bool:
    """Whether the import ended because some other package is missing, which is WL506's to say."""
    missing = case.observation.missing_module if case.observation else None
    return bool(missing) and str(missing).partition(".")[0] != case.target.partition(".")[0]


def _why_it_comes_first(case: Case, taken: str) -> str:
    """Why, and what to do: a folder in the current directory is passed by from elsewhere, one on PYTHONPATH is not."""
    here = case.start.current_directory if case.start else ""
    if here and case.fold(case.path_module.dirname(taken)) == case.fold(here):
        return (
            "Python takes the first match on sys.path, and the current directory or the script's own comes first. A "
            "source folder usually has no compiled modules. Start Python in another directory, or rename the folder."
        )
    return (
        "Python takes the first match on sys.path. PYTHONPATH, a .pth file, an editable installation or the program "
        "itself put this one before the installed package: take it off there, or rename it."
    )


def _how_it_came_first(case: Case, taken: str) -> str:
    directory = case.path_module.dirname(taken)
    here = case.start.current_directory if case.start else ""
    path = case.machine.python.path if case.machine.python else ()
    if case.fold(directory) in {case.fold(entry or here) for entry in path}:
        return f"sys.path names {directory} first"
    return "no entry of sys.path holds it: an import hook, as editable installations have, leads there"
