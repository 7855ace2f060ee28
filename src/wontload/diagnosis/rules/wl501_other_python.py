"""WL501: the wheel is for another Python or platform."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import symbol_findings
from wontload.diagnosis.built_for import Stranger, made_for, strangers
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.shadow import shadow
from wontload.diagnosis.words import are, listed
from wontload.machine import Outcome, Python

SHOWN = 4


def other_python(case: Case) -> Iterator[Finding]:
    """A module's file is there, under a name that only another Python takes; or it takes what only another Python has.

    A file of the right name and the wrong processor is WL103. A module that is in no form there is WL506 or WL903.
    """
    yield from _passed_over(case)
    for group in symbol_findings.grouped(case, "WL501"):
        yield _of_symbols(case, group)


def _of_symbols(case: Case, group: symbol_findings.Group) -> Finding:
    """A file that Python took, and that asks for a part of CPython's API which this one does not have."""
    names, users = symbol_findings.symbols(group), listed(symbol_findings.users(case, group))
    python = case.machine.python
    own = _of(python) if python else "another one"
    return symbol_findings.finding(
        case,
        group,
        code="WL501",
        title=f"{users} is for another Python: {listed(names)} {are(names)} no part of this one's API",
        facts=(Evidence("observed", f"this Python is {own}", {"version": python.version if python else ""}),),
        explanation="The file has a name that this Python takes, and was built against the headers of another version, "
        f"build or implementation of Python.{_install_again(case, python) if python else ''}",
    )


def _passed_over(case: Case) -> Iterator[Finding]:
    python = case.machine.python
    if python is None or case.fatal is not None or case.outcome not in (Outcome.FAILS, Outcome.NOT_FOUND):
        return
    found = tuple(strangers(case))
    if not found:
        return
    file = case.path_module.basename(found[0].path)
    explains = shadow(case) is None  # else what stands before the installed package is the cause
    yield Finding(
        code="WL501",
        severity=Severity.ERROR if explains else Severity.WARNING,
        title=f"{file} is for {made_for(file, python.version)}, and this Python is {_of(python)}",
        subject=file,
        also=tuple(case.path_module.basename(one.path) for one in found[1:]),
        chain=tuple(dict.fromkeys((case.target, found[0].name))),
        evidence=tuple(_evidence(python, found)),
        explanation="Python knows an extension module by the end of its name, and passes others over as if they were "
        "not there. The package was installed by another Python's pip, copied from one, or unpacked from a wheel that "
        f"does not fit.{_install_again(case, python)}",
        explains_error=explains,
    )


def _of(python: Python) -> str:
    return f"{python.implementation} {'.'.join(python.version.split('.')[:2])} on {python.platform}"


def _evidence(python: Python, found: tuple[Stranger, ...]) -> Iterator[Evidence]:
    for one in found[:SHOWN]:
        yield Evidence("file", f"{one.path} would be {one.name}", {"path": one.path, "module": one.name})
    endings = ", ".join(python.extension_suffixes)
    yield Evidence("observed", f"this Python takes names that end with {endings}", {"names": python.extension_suffixes})


def _install_again(case: Case, python: Python) -> str:
    """The command that brings the files for this Python, where it is known which package owns them."""
    owners = case.observation.distributions if case.observation else ()
    if len(owners) != 1:
        return ""
    return f" To get its files for this one: {python.executable} -m pip install --force-reinstall {owners[0][0]}"
