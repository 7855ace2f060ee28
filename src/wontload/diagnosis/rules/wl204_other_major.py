"""WL204: only another major version of a dependency is here."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import evidence, grouping
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Finding
from wontload.diagnosis.words import are, listed


def other_major(case: Case) -> Iterator[Finding]:
    """A dependency is nowhere, and the same library in another major version is here.

    A file name carries the major version, and a loader goes by the file name: another major is another library.
    """
    for group in grouping.grouped(case, "WL204"):
        names = grouping.names(group)
        others = tuple(dict.fromkeys(case.path_module.basename(copy.path) for one in group for copy in one.majors))
        yield grouping.finding(
            case,
            group,
            code="WL204",
            title=f"{listed(names)} {are(names)} needed, and only {listed(others)} {are(others)} here",
            evidence=(
                *(item for one in group for item in evidence.of_copies(case, one.majors, "other_major")),
                evidence.of_absence(case, names),
                *evidence.of_providers(case, names),
            ),
            explanation="The number in the file name is the major version, and the loader asks for exactly that file. "
            "A copy of another major under that name would load and then fail in worse ways.",
        )
