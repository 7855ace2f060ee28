"""WL205: the copy of a dependency that was found has the wrong architecture."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import evidence, grouping
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Finding
from wontload.diagnosis.missing import PASSED_OVER, Missing
from wontload.diagnosis.words import are, listed
from wontload.loader.windows.candidates import ERROR_BAD_EXE_FORMAT


def dependency_of_other_machine(case: Case) -> Iterator[Finding]:
    """The loader met a dependency of another machine type, passed it over, and found no other.

    The file asked for itself is WL103. A copy of another architecture where nothing was searched is evidence of WL201.
    """
    for group in grouping.grouped(case, "WL205"):
        names = grouping.names(group)
        first = group[0]
        architectures = sorted({copy.architecture or "" for one in group for copy in one.met})
        yield grouping.finding(
            case,
            group,
            code="WL205",
            title=f"the {listed(names)} that {_was(names)} found {are(names)} built for {listed(architectures)}, and "
            f"this Python is {case.machine.system.architecture}",
            evidence=(
                *(item for one in group for item in evidence.of_copies(case, one.met, "unfit")),
                *(item for one in group for item in evidence.of_copies(case, one.fit)),
                *evidence.of_providers(case, names),
            ),
            explanation=_explanation(case, first),
        )


def _was(names: tuple[str, ...]) -> str:
    return "was" if len(names) == 1 else "were"


def _explanation(case: Case, first: Missing) -> str:
    """What became of the search, and what the error then says."""
    if not any(tried.outcome == PASSED_OVER for tried in first.module.tried):
        return "The loader met a library of another machine type and ended the load there."
    passes = "The loader passes over a library of another machine type and goes on searching. It found no other"
    if case.windows and first.module.error == ERROR_BAD_EXE_FORMAT:
        return f"{passes}, and so the load ends with error 193, which says that a file is invalid and not which."
    if "ELFCLASS" in str(first.module.error):
        return f"{passes}, and so it says that the file is of the wrong class."
    return f"{passes}, and so it says that the file cannot be found, though it is there."
