"""WL504, where no RECORD tells: a module of a package that was installed, or removed, in part."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import half_installed
from wontload.diagnosis.built_for import strangers
from wontload.diagnosis.case import Case
from wontload.diagnosis.commands import installed_again, python_of
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.machine import Kind, Outcome


def without_record(case: Case) -> Iterator[Finding]:
    """The import missed a module of a package that was installed, or removed, in part."""
    found = half_installed.half(case)
    if case.outcome not in (Outcome.FAILS, Outcome.NOT_FOUND) or case.fatal is not None or found is None:
        return
    if not found.missed or any(True for _ in strangers(case)):
        return  # nothing is missed, or it is there for another Python: WL501
    if found.source:
        yield _moved(case, found)
        return
    name = found.name or found.package
    gone = f"{found.missed} is missing, and no RECORD lists what belongs to it"
    if found.missed == found.package:
        gone = f"the package {found.package} is gone"
    yield _finding(
        case,
        found,
        title=f"the installation of {name} is incomplete: {gone}",
        explanation="An installation, an update or a removal was interrupted, another distribution of the same files "
        "was removed, or the files were copied by hand: what pip knows of the package is not what is there. "
        + (
            f"What brings it whole: `{installed_again(case, found.name, found.version)}`"
            if found.name
            else "Install the distribution that brings it again."
        ),
    )


def _moved(case: Case, found: half_installed.Half) -> Finding:
    """An editable install (PEP 610, PEP 660) is no copy: what it leads to is somebody's folder.

    No index is named: what it has under that name may be another project.
    """
    gone = case.machine.files.kind(found.source) is Kind.ABSENT
    what = "is not there any more" if gone else f"has no {found.package} in it"
    return _finding(
        case,
        found,
        Evidence("file", f"{found.source} {what}", {"path": found.source}),
        title=f"{found.name} is an editable install of {found.source}, which {what}",
        explanation="pip wrote down where the project lies and copied nothing: the folder was moved, renamed or "
        "deleted since, or its drive is not connected. Put it back, or install it from where it is now: "
        f"`{python_of(case)} -m pip install -e FOLDER`",
    )


def _finding(case: Case, found: half_installed.Half, *more: Evidence, title: str, explanation: str) -> Finding:
    return Finding(
        code="WL504",
        severity=Severity.ERROR,
        title=title,
        subject=found.missed,
        chain=tuple(dict.fromkeys((case.target, found.missed))),
        evidence=(*half_installed.told(found), *more),
        explanation=explanation,
        explains_error=True,
    )
