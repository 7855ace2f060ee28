"""WL503: a source folder, or another copy, shadows the installed package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wontload.diagnosis.case import Case
from wontload.diagnosis.commands import python_of
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.path_entries import By, Entry, entry_of, import_elsewhere, variable
from wontload.diagnosis.shadow import Shadow, hidden_loads, hides, shadow
from wontload.diagnosis.shadowed_dependency import blamed, is_of_python, shadowed_dependencies
from wontload.loader import Verdict
from wontload.machine import Kind, Outcome


def shadowed(case: Case) -> Iterator[Finding]:
    """The import found a folder or file of that name before the installed package, and failed in it.

    Or it found such a copy of a module that the target imports, which may be one of Python's own.
    Where it failed or crashed in a load, that load is the cause; of the copy it is told besides, if what the installed
    package has in that file's place would load. One that loads is told of, as the answer holds for that copy alone. Two
    installed distributions that write over one package are WL502.
    """
    observation, found = case.observation, shadow(case)
    if observation is None:
        return
    if observation.outcome in (Outcome.FAILS, Outcome.CRASHED):
        yield from _of_dependencies(case)
    if found is None:
        return
    if observation.outcome is Outcome.NOT_FOUND and hides(case, found):
        told = _told(case, found, entry_of(case, case.path_module.dirname(found.taken)))
        yield replace(told, severity=Severity.ERROR, explains_error=True)
    if observation.outcome is Outcome.LOADS:
        yield from _of_one_that_loads(case, found)
    in_a_load = case.fatal is not None
    if observation.outcome is not Outcome.FAILS and not (observation.outcome is Outcome.CRASHED and in_a_load):
        return
    hidden = hidden_loads(case, found)
    if in_a_load and not (hidden and all(after.verdict is Verdict.LOADS for _, after in hidden)):
        return
    entry = entry_of(case, case.path_module.dirname(found.taken))
    explains = not in_a_load and not _lacks_another_package(case)
    severity = Severity.ERROR if explains else Severity.WARNING
    yield replace(_told(case, found, entry), severity=severity, explains_error=explains)


def _of_dependencies(case: Case) -> Iterator[Finding]:
    """Modules that the target imports: one of which the exception speaks is the cause, any other a suspicion."""
    for found in shadowed_dependencies(case):
        explains = case.fatal is None and blamed(case, found)
        told = _told(case, found, entry_of(case, case.path_module.dirname(found.taken)))
        yield replace(told, severity=Severity.ERROR if explains else Severity.WARNING, explains_error=explains)


def _of_one_that_loads(case: Case, found: Shadow) -> Iterator[Finding]:
    """The import succeeded, of another copy than was installed: by chance in a directory, on purpose by a variable."""
    begins = case.path_module.join(found.installed, "__init__.py")
    if case.machine.files.kind(begins) is not Kind.FILE:
        return  # a directory that an uninstalled package has left behind, or a namespace: nothing is hidden
    entry = entry_of(case, case.path_module.dirname(found.taken))
    by_chance = entry is not None and entry.by is By.CURRENT_DIRECTORY
    told = _told(case, found, entry)
    yield replace(
        told,
        severity=Severity.WARNING if by_chance else Severity.NOTE,
        explanation=f"What loads is that copy; of the installed package this says nothing. {told.explanation}",
    )


def _told(case: Case, found: Shadow, entry: Entry | None) -> Finding:
    """What is said of a shadow, whatever the import came to."""
    return Finding(
        code="WL503",
        severity=Severity.WARNING,
        title=f"{found.taken} is imported in place of {_passed_by(case, found)}{_by(entry)}",
        subject=found.taken,
        also=(found.installed,),
        chain=(case.target,) if _is_own(case, found) else (case.target, found.name),
        evidence=tuple(_evidence(case, found, entry)),
        explanation=_why_it_comes_first(case, found, entry),
    )


def _is_own(case: Case, found: Shadow) -> bool:
    return found.name == case.target.partition(".")[0]


def _passed_by(case: Case, found: Shadow) -> str:
    if _is_own(case, found):
        return f"the installed {case.target}"
    return f"Python's own {found.name}" if is_of_python(case, found.installed) else f"the installed {found.name}"


def _lacks_another_package(case: Case) -> bool:
    """Whether the import ended because some other package is missing, which is WL506's to say."""
    missing = case.observation.missing_module if case.observation else None
    return bool(missing) and str(missing).partition(".")[0] != case.target.partition(".")[0]


def _by(entry: Entry | None) -> str:
    """Who put it there, for the title; nothing where that is not known."""
    if entry is not None and entry.by is By.VARIABLE:
        return ": PYTHONPATH names its directory"
    if entry is not None and entry.line is not None:
        return f": {entry.line.file} names its directory"
    return ": the current directory comes first" if entry is not None and entry.by is By.CURRENT_DIRECTORY else ""


def _evidence(case: Case, found: Shadow, entry: Entry | None) -> Iterator[Evidence]:
    origin = case.observation.origin if case.observation else ""
    if _is_own(case, found):
        yield Evidence("observed", f"import {case.target} found {origin}", {"path": origin})
        yield Evidence("file", f"the installed package is {found.installed}", {"path": found.installed})
    else:
        text = f"import {case.target} imports {found.name}, and found {found.taken}"
        yield Evidence("observed", text, {"path": found.taken})
        yield Evidence("file", f"{_passed_by(case, found)} is {found.installed}", {"path": found.installed})
    directory = case.path_module.dirname(found.taken)
    if entry is None:
        text = "no entry of sys.path holds it: an import hook, as editable installations have, leads there"
    else:
        text = f"sys.path names {directory} first"
    yield Evidence("file", text, {"path": found.taken})
    if entry is not None and entry.by is By.VARIABLE:
        value = variable(case)
        yield Evidence("variable", f"PYTHONPATH is {value}", {"name": "PYTHONPATH", "value": value})
    elif entry is not None and entry.line is not None:
        text = f"{entry.line.file} has the line {entry.line.line!r}"
        yield Evidence("file", text, {"path": entry.line.file, "line": entry.line.line})
    for _, after in hidden_loads(case, found):
        name = after.request.name
        yield Evidence("simulated", f"{name}, which the installed package has: {after.verdict.value}", {"path": name})


def _why_it_comes_first(case: Case, found: Shadow, entry: Entry | None) -> str:
    """Why, and what to do: a folder in the current directory is passed by from elsewhere, one on PYTHONPATH is not."""
    first = "Python takes the first match on sys.path"
    if entry is not None and entry.by is By.CURRENT_DIRECTORY:
        return (
            f"{first}, and the current directory or the script's own comes first. "
            + ("A source folder usually has no compiled modules. " if _is_own(case, found) else "")
            + f"Start Python in another directory, or rename {found.taken}. "
            f"This tells at once: `{import_elsewhere(case)}`"
        )
    if entry is not None and entry.by is By.VARIABLE:
        return (
            f"{first}, and PYTHONPATH comes before all that is installed, in every Python of that user. Take "
            f"{entry.directory} out of PYTHONPATH, or rename what lies there. {_without_variable(case)}"
        )
    if entry is not None and entry.line is not None:
        return (
            f"{first}, and a .pth file put this one there, as editable installations do. Take the line out of "
            f"{entry.line.file}, or uninstall what brought it."
        )
    return (
        f"{first}. A .pth file, an editable installation or the program itself put this one before the installed "
        "package: take it off there, or rename it."
    )


def _without_variable(case: Case) -> str:
    """The same without the variable: -E ignores all of Python's."""
    return f'This tells at once: `{python_of(case)} -E -c "import {case.target}"`'
