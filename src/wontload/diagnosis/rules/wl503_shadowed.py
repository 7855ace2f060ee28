"""WL503: a source folder shadows the installed package."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.machine import Kind, Outcome

SITES = ("site-packages", "dist-packages")


def shadowed(case: Case) -> Iterator[Finding]:
    """The import found a folder or file of that name before the installed package, and failed in it.

    Two installed distributions that write over one package are WL502.
    """
    observation, python = case.observation, case.machine.python
    if case.kind != "import" or observation is None or python is None or not observation.origin:
        return
    if observation.outcome is not Outcome.FAILS or case.fatal is not None:
        return
    installed = _installed(case)
    taken = _taken(case, observation.origin)
    if installed is None or case.fold(taken) == case.fold(installed):
        return
    if any(site in case.fold(taken).replace("\\", "/").split("/") for site in SITES):
        return
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
        explanation="Python takes the first match on sys.path, and the current directory or the script's own comes "
        "first. A source folder usually has no compiled modules. Start Python in another directory, or rename the "
        "folder.",
        explains_error=explains,
    )


def _lacks_another_package(case: Case) -> bool:
    """Whether the import ended because some other package is missing, which is WL506's to say."""
    missing = case.observation.missing_module if case.observation else None
    return bool(missing) and str(missing).partition(".")[0] != case.target.partition(".")[0]


def _how_it_came_first(case: Case, taken: str) -> str:
    directory = case.path_module.dirname(taken)
    here = case.start.current_directory if case.start else ""
    path = case.machine.python.path if case.machine.python else ()
    if case.fold(directory) in {case.fold(entry or here) for entry in path}:
        return f"sys.path names {directory} first"
    return "no entry of sys.path holds it: an import hook, as editable installations have, leads there"


def _taken(case: Case, origin: str) -> str:
    """The package's directory, or the module's file."""
    path = case.path_module
    top = case.target.partition(".")[0]
    return str(path.dirname(origin)) if path.basename(path.dirname(origin)) == top else origin


def _installed(case: Case) -> str | None:
    """The package of that name in a site directory of this interpreter."""
    top = case.target.partition(".")[0]
    python = case.machine.python
    for site in python.path if python else ():
        if case.path_module.basename(site).lower() in SITES:
            path = case.path_module.join(site, top)
            if case.machine.files.kind(path) is Kind.DIRECTORY:
                return str(path)
    return None
