"""WL506: not installed in this interpreter's environment."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.machine import Outcome


def not_installed(case: Case) -> Iterator[Finding]:
    """The target, or a module that it imports, is in no directory of this interpreter's `sys.path`.

    A package that is there and lacks files is WL504 (until that exists: what the missing file makes of it).
    """
    observation, python = case.observation, case.machine.python
    if observation is None or python is None or not observation.missing_module:
        return
    top = observation.missing_module.partition(".")[0]
    if observation.outcome is not Outcome.NOT_FOUND and top == case.target.partition(".")[0]:
        return  # a submodule of the target itself
    if observation.outcome is Outcome.NOT_FOUND or _ended_by(case, top):
        own = observation.outcome is Outcome.NOT_FOUND
        yield Finding(
            code="WL506",
            severity=Severity.ERROR,
            title=f"{top} is not installed for {python.executable}",
            subject=top,
            chain=(case.target,) if own else (case.target, top),
            evidence=tuple(_evidence(case, top, own=own)),
            explanation="Each interpreter and each virtual environment has packages of its own. "
            + (
                "This one does not have it; another one here does."
                if own and case.elsewhere
                else "This one does not have it."
            ),
            explains_error=True,
        )


def _ended_by(case: Case, top: str) -> bool:
    error = case.observation.error if case.observation else None
    return error is not None and top in error.text and case.outcome is Outcome.FAILS


def _evidence(case: Case, top: str, *, own: bool) -> Iterator[Evidence]:
    python = case.machine.python
    paths = [path for path in (python.path if python else ()) if path]
    yield Evidence("looked", f"no {top} in the {len(paths)} entries of sys.path", {"directories": paths})
    for other in case.elsewhere if own else ():
        yield Evidence(
            "copy",
            f"{other.environment} has it: {other.location}",
            {"path": other.location, "environment": other.environment},
        )
    if own and case.known_as:
        command = f"{python.executable if python else 'python'} -m pip install {case.known_as}"
        yield Evidence(
            "provider",
            f"{top} comes with the distribution {case.known_as}: {command}",
            {"package": case.known_as, "file": top, "component": None},
        )
