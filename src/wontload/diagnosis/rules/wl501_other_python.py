"""WL501: the wheel is for another Python or platform."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import symbol_findings
from wontload.diagnosis.built_for import Stranger, made_for, strangers
from wontload.diagnosis.case import Case
from wontload.diagnosis.commands import installed_for_this_python
from wontload.diagnosis.evidence import of_exception
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.installed import own_distributions, owner_of
from wontload.diagnosis.shadow import shadow
from wontload.diagnosis.wheel_fit import on_this_platform, strange_files
from wontload.diagnosis.words import are, listed
from wontload.machine import Outcome, Python
from wontload.machine.inventory import Distribution

SHOWN = 4


def other_python(case: Case) -> Iterator[Finding]:
    """A module's file is there, under a name that only another Python takes; or it takes what only another Python has.

    Or the whole package was made for another one, and its Python code fails before it misses a module by name. A file
    of the right name and the wrong processor is WL103. A module that is in no form there is WL506 or WL903.
    """
    passed_over = list(_passed_over(case))
    yield from passed_over or _of_the_wheel(case)
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
        f"build or implementation of Python.{_install_again(case) if python else ''}",
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
        f"does not fit.{_install_again(case)}",
        explains_error=explains,
    )


def _of_the_wheel(case: Case) -> Iterator[Finding]:
    """The package whose code raised, or the target's own, was made for another Python or system as a whole.

    Its code takes that system for granted (`os.add_dll_directory`), or says in its own words that a part is missing. An
    import that succeeds has asked for no such part yet, or does without: that is a warning.
    """
    python = case.machine.python
    if python is None or case.fatal is not None or case.outcome not in (Outcome.FAILS, Outcome.LOADS):
        return
    if shadow(case) is not None:
        return  # the installed package was not reached
    error = case.observation.error if case.observation else None
    raised_in = owner_of(case, error.file) if error else None
    for one in dict.fromkeys((*((raised_in,) if raised_in else ()), *own_distributions(case))):
        if strange := strange_files(case.machine, one):
            yield _of_wheel(case, python, one, strange)
            return


def _of_wheel(case: Case, python: Python, one: Distribution, strange: tuple[str, ...]) -> Finding:
    fails = case.outcome is Outcome.FAILS
    names = tuple(case.path_module.basename(path) for path in strange)
    tag = one.tags[0] if one.tags else ""
    made = tag.rpartition("-")[2] if tag and not on_this_platform(case.machine, one) else tag
    ends = "runs without them and ends in an error of its own" if fails else "has asked for none of them so far"
    return Finding(
        code="WL501",
        severity=Severity.ERROR if fails else Severity.WARNING,
        title=f"{one.name} {one.version} is for {made or 'another Python'}, and this Python is {_of(python)}",
        subject=names[0],
        also=names[1:],
        chain=tuple(dict.fromkeys((case.target, one.name))),
        evidence=tuple(_evidence_of_wheel(case, python, one, strange)),
        explanation=f"No compiled module of the package is one that this Python takes; its Python code {ends}. The "
        "package was installed by another Python's pip, copied from another computer, or unpacked from a wheel that "
        "does not fit. To get its files for this one: "
        f"`{installed_for_this_python(case, one.name)}`",
        explains_error=fails,
    )


def _evidence_of_wheel(case: Case, python: Python, one: Distribution, strange: tuple[str, ...]) -> Iterator[Evidence]:
    error = case.observation.error if case.observation else None
    if error is not None:
        yield of_exception(error)
    if one.tags:
        text = f"the WHEEL file of {one.name} {one.version} says {', '.join(one.tags[:SHOWN])}"
        yield Evidence("record", text, {"distribution": one.name, "tags": list(one.tags)})
    for path in strange[:SHOWN]:
        yield Evidence("file", f"{path} is not for this Python", {"path": path})
    endings = ", ".join(python.extension_suffixes)
    yield Evidence("observed", f"this Python takes names that end with {endings}", {"names": python.extension_suffixes})


def _of(python: Python) -> str:
    return f"{python.implementation} {'.'.join(python.version.split('.')[:2])} on {python.platform}"


def _evidence(python: Python, found: tuple[Stranger, ...]) -> Iterator[Evidence]:
    for one in found[:SHOWN]:
        yield Evidence("file", f"{one.path} would be {one.name}", {"path": one.path, "module": one.name})
    endings = ", ".join(python.extension_suffixes)
    yield Evidence("observed", f"this Python takes names that end with {endings}", {"names": python.extension_suffixes})


def _install_again(case: Case) -> str:
    """The command that brings the files for this Python, where it is known which package owns them."""
    owners = case.observation.distributions if case.observation else ()
    if len(owners) != 1:
        return ""
    return f" To get its files for this one: `{installed_for_this_python(case, owners[0][0])}`"
