"""WL209: a debug build of a runtime is needed."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import evidence, grouping
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Finding
from wontload.diagnosis.words import listed


def debug_runtime(case: Case) -> Iterator[Finding]:
    """A file was built for debugging: it needs a runtime that comes with Visual Studio only.

    The release build of a runtime that is nowhere is WL201.
    """
    for group in grouping.grouped(case, "WL209"):
        names = grouping.names(group)
        importers = tuple(dict.fromkeys(case.path_module.basename(one.module.needed_by or "") for one in group))
        users = listed([name for name in importers if name] or [case.target])
        yield grouping.finding(
            case,
            group,
            code="WL209",
            title=f"{users} is a debug build: it needs {listed(names)}, which only Visual Studio brings",
            evidence=(
                *(item for one in group for item in evidence.of_copies(case, one.fit)),
                evidence.of_absence(case, names, usable=any(one.unfit or one.fit for one in group)),
            ),
            explanation="Debug runtimes come with Visual Studio's compilers and may not be handed on: no installer and "
            "no package brings them. Whoever built the file must build it again as a release.",
        )
