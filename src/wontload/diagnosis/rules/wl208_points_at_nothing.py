"""WL208: a variable or an added directory points at nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.shadow import is_gone_with_it
from wontload.diagnosis.words import are, listed
from wontload.knowledge.suites import is_directory_variable
from wontload.loader import Verdict
from wontload.machine import FailedDirectory, Kind, Outcome
from wontload.machine.own_places import scoped_path_module

ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND = 2, 3
ERROR_INVALID_PARAMETER = 87  # what os.add_dll_directory gives for a relative or empty path (tried on Wine)


def points_at_nothing(case: Case) -> Iterator[Finding]:
    """A directory that is not there was added (which raises by itself), or a variable that packages read names one.

    So does a scoped path of this tool's own, which is silent by itself.

    A directory that is there and does not count is WL203.
    """
    told = set()
    survived = case.outcome is Outcome.LOADS  # the package tries a directory and does without, as every opencv-python
    for failed in case.observation.failed_directories if case.observation and not survived else ():
        finding = _of_failed_call(case, failed)
        if finding.subject not in told:
            told.add(finding.subject)
            yield finding
    if _may_matter(case):
        yield from (finding for finding in _of_variables(case) if finding.subject not in told)
        yield from _of_scoped_path(case)


def _may_matter(case: Case) -> bool:
    """A target that loads has no use for the news that some variable is stale."""
    if case.outcome is not None:
        return case.outcome is not Outcome.LOADS
    return any(load.simulated and load.simulated.verdict is not Verdict.LOADS for load in case.loads)


def _of_failed_call(case: Case, failed: FailedDirectory) -> Finding:
    added = failed.directory
    error = case.observation.error if case.observation else None
    ended = case.outcome is Outcome.FAILS and error is not None and error.raised_by == "add_dll_directory"
    explains = ended and not is_gone_with_it(case, added.path)  # else the shadow is the cause: WL503
    at = f"{added.file}:{added.line}" if added.file else "the program"
    what_is_wrong = _what_is_wrong(failed)
    what = _of_expression(case, failed) if added.expression else what_is_wrong
    evidence = [
        Evidence(
            "request",
            f"os.add_dll_directory({added.path!r}), {at}",
            {"expression": f'os.add_dll_directory("{added.path}")', "file": added.file, "line": added.line},
        ),
        Evidence(
            "observed",
            f"{at} calls os.add_dll_directory({added.path!r}), which raises: {failed.text}",
            {"file": added.file, "line": added.line, "directory": added.path, "number": failed.number},
        ),
        Evidence("file", what_is_wrong, {"path": added.path}),
    ]
    if added.expression:
        value = _variable(case, added.expression)
        evidence.append(
            Evidence("variable", f"{added.expression} is {value}", {"name": added.expression, "value": value})
        )
    return Finding(
        code="WL208",
        severity=Severity.ERROR if explains else Severity.WARNING,
        title=what,
        subject=added.expression or added.path,
        also=(added.path,) if added.expression else (),
        chain=(case.target,),
        evidence=tuple(evidence),
        explanation="os.add_dll_directory raises for such a directory, and the package does not catch it: the import "
        "ends there."
        if ended
        else "A directory that cannot be added adds nothing to any search.",
        explains_error=explains,
    )


def _what_is_wrong(failed: FailedDirectory) -> str:
    path = failed.directory.path
    if failed.number == ERROR_INVALID_PARAMETER:
        return f"{path or 'an empty path'} is not a full path"
    if failed.number in (ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND):
        return f"{path} does not exist"
    return f"{path} cannot be added"


def _of_expression(case: Case, failed: FailedDirectory) -> str:
    """What is wrong with the variable that the directory came from; it may be right, and only a part below it gone."""
    name = failed.directory.expression or ""
    if failed.number not in (ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND):
        return f"{name}: {_what_is_wrong(failed)}"
    if case.machine.files.kind(_variable(case, name) or failed.directory.path) is Kind.DIRECTORY:
        return f"{name} names a directory that has no {case.path_module.basename(failed.directory.path)}"
    if case.machine.files.kind(_variable(case, name)) is Kind.FILE:
        return f"{name} names a file, and a directory is wanted"
    return f"{name} points at nothing"


def _variable(case: Case, name: str) -> str:
    """A variable of the session, by a name that Windows compares without case."""
    found = (value for known, value in case.machine.environment.items() if known.upper() == name.upper())
    return next(found, "")


def _of_variables(case: Case) -> Iterator[Finding]:
    """Variables that packages read and that name a directory which is not there."""
    for name, value in case.machine.environment.items():
        if not is_directory_variable(name) or not case.path_module.isabs(value):
            continue
        if case.machine.files.kind(value) is Kind.ABSENT:
            yield Finding(
                code="WL208",
                severity=Severity.WARNING,
                title=f"{name} points at nothing",
                subject=name,
                evidence=(Evidence("variable", f"{name} is {value}", {"name": name, "value": value}),),
                explanation=f"{value} does not exist. Packages that look there find nothing, and some raise an error.",
            )


def _of_scoped_path(case: Case) -> Iterator[Finding]:
    """What an earlier `wontload fix` leads the package to, and is gone since."""
    python, path = case.machine.python, case.path_module
    name = f"{scoped_path_module(case.target.partition('.')[0])}.py"
    for site in (python.path if python else ()) if case.kind == "import" else ():
        file = path.join(site, name)
        text = case.machine.files.text(file) if case.machine.files.kind(file) is Kind.FILE else None
        gone = [one for one in _led_to(text or b"") if case.machine.files.kind(one) is Kind.ABSENT]
        if gone:
            yield Finding(
                code="WL208",
                severity=Severity.WARNING,
                title=f"the scoped path of {case.target} leads to nothing: {listed(gone)} {are(gone)} gone",
                subject=file,
                also=tuple(gone),
                chain=(case.target,),
                evidence=tuple(
                    Evidence("file", f"{one}, which {file} names, does not exist", {"path": one}) for one in gone
                ),
                explanation="An earlier `wontload fix` let the package find its libraries there, and what it found has "
                "been removed or moved since. It does no harm; `wontload fix` makes a new one, and `wontload undo` "
                "takes it away.",
            )


def _led_to(text: bytes) -> Iterator[str]:
    """The directories and files of a scoped path's module; none where it is not as this tool writes it."""
    for line in text.decode("utf-8", "replace").splitlines():
        name, equals, value = line.partition(" = ")
        if equals and name in ("ADD", "PRELOAD"):
            try:
                told = ast.literal_eval(value.strip())  # a comment behind it is none of it
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                continue
            yield from (one for one in (told if isinstance(told, list) else ()) if isinstance(one, str))
