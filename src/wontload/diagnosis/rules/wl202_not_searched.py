"""WL202: a dependency is here, in a directory that this load does not search."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import evidence, grouping
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding
from wontload.diagnosis.missing import Missing
from wontload.diagnosis.record_evidence import evidence_of_gone
from wontload.diagnosis.words import are, listed


def not_searched(case: Case) -> Iterator[Finding]:
    """A dependency was not found, and a copy that would have done lies outside the search order.

    No copy at all is WL201. A directory that the program added, in vain, is WL203. Another architecture is WL205.
    """
    for group in grouping.grouped(case, "WL202"):
        names = grouping.names(group)
        first = group[0]
        yield grouping.finding(
            case,
            group,
            code="WL202",
            title=f"{listed(names)} {are(names)} here, in {_directories(names)} that this load does not search",
            evidence=(
                *(item for one in group for item in evidence.of_copies(case, one.fit)),
                *_on_ignored_path(case, group),
                *evidence_of_gone(case, group),
                *evidence.of_components(names),
            ),
            explanation=f"{evidence.how_it_searches(case, first)}.",
        )


def _directories(names: tuple[str, ...]) -> str:
    return "a directory" if len(names) == 1 else "directories"


def _on_ignored_path(case: Case, group: tuple[Missing, ...]) -> Iterator[Evidence]:
    """Say of a directory on PATH that PATH does not count here: people look there first."""
    first = group[0]
    searches_path = any(tried.rule == "path_variable" for tried in first.module.tried)
    entries = {case.fold(one) for one in case.entries(case.loads[first.load].request.process.environment)}
    places = {case.fold(case.path_module.dirname(copy.path)) for one in group for copy in one.fit}
    if case.windows and not searches_path and entries & places:
        yield Evidence("variable", "that directory is on PATH, and this load does not search PATH", {"name": "PATH"})
