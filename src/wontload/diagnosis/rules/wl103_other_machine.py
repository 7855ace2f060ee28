"""WL103: the file asked for is built for another architecture or bitness."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.record_evidence import install_again
from wontload.diagnosis.refused import finding_of, refused
from wontload.diagnosis.unasked import of_another_machine, succeeded_with_less
from wontload.diagnosis.words import are, listed

FILES_SHOWN = 8


def other_machine(case: Case) -> Iterator[Finding]:
    """The first file of a load has code for another machine type than the process.

    A dependency of another machine type is WL205: the loader passes it over and looks on. Where the import succeeds,
    a module of the package that it did not ask for is told of, too.
    """
    yield from _not_asked_for(case)
    for one in refused(case):
        if one.first and one.foreign_architecture:
            yield finding_of(
                case,
                one,
                code="WL103",
                title=f"{one.name} is built for {one.foreign_architecture}, and this Python is "
                f"{case.machine.system.architecture}",
                explanation="One process holds code of one architecture. The package was installed for another "
                "interpreter, or the interpreter is not the one it was meant for.",
            )


def _not_asked_for(case: Case) -> Iterator[Finding]:
    """A whole wheel of another machine agrees with its RECORD, and a package may import nothing of it at first."""
    if not succeeded_with_less(case):
        return
    found = list(of_another_machine(case))
    if not found:
        return
    (first, architecture), own = found[0], case.machine.system.architecture
    names = tuple(case.path_module.basename(line.file.path) for line, _ in found)
    yield Finding(
        code="WL103",
        severity=Severity.WARNING,
        title=f"{listed(names)} of {first.owner} {are(names)} built for {architecture}, and this Python is {own}; this "
        "import did not ask for " + ("it" if len(names) == 1 else "them"),
        subject=names[0],
        also=names[1:],
        chain=(case.target,),
        evidence=tuple(
            Evidence("file", f"{line.file.path} is for {machine}", {"path": line.file.path, "architecture": machine})
            for line, machine in found[:FILES_SHOWN]
        ),
        explanation="The import succeeded, and a part of the package that is loaded later will fail: it was installed "
        f"or copied for another machine. What brings the right one: {install_again(case, first)}",
    )
