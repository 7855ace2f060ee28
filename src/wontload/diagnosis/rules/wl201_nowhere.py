"""WL201: a dependency is nowhere on this machine."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import evidence, grouping
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Finding
from wontload.diagnosis.missing import Missing
from wontload.diagnosis.words import are, listed


def nowhere(case: Case) -> Iterator[Finding]:
    """A dependency was not found by the loader, and not by looking in all the stated places either.

    A copy that this load does not search is WL202 or WL203; one of another major version is WL204.
    """
    for group in grouping.grouped(case, "WL201"):
        names = grouping.names(group)
        first = group[0]
        yield Finding(
            code="WL201",
            severity=grouping.severity(case, group),
            title=f"{listed(names)} {are(names)} nowhere on this machine",
            subject=names[0],
            also=names[1:],
            component=grouping.component(names[0]),
            chain=case.chain(first.load, first.module),
            evidence=(
                evidence.of_request(case, first.load),
                *evidence.of_observation(case, first.load),
                evidence.of_search(case, first),
                evidence.of_absence(case, names),
                *(item for one in group for item in evidence.of_copies(case, one.unfit, "unfit")),
                *evidence.of_providers(case, names),
            ),
            explanation=_explanation(case, group),
            explains_error=any(case.is_fatal(one.load) for one in group),
            load=first.load,
        )


def _explanation(case: Case, group: tuple[Missing, ...]) -> str:
    first = group[0]
    if first.module.needed_by is None and len(group) > 1:
        return "The program tried these names in turn; any one of them would have done, and none is here."
    if first.module.needed_by is None:
        return "The program asked for it by this name, and the loader searched for it in vain."
    importers = tuple(dict.fromkeys(case.path_module.basename(one.module.needed_by or "") for one in group))
    it = "it" if len(group) == 1 else "them"
    return (
        f"{listed(importers)} cannot be loaded without {it}. "
        + ("Windows' error names the file that was asked for, not what it lacks." if case.windows else "")
    ).strip()
