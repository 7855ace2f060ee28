"""WL103: the file asked for is built for another architecture or bitness."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Finding
from wontload.diagnosis.refused import finding_of, refused


def other_machine(case: Case) -> Iterator[Finding]:
    """The first file of a load has code for another machine type than the process.

    A dependency of another machine type is WL205: the loader passes it over and looks on.
    """
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
