"""WL203: a dependency's directory was added by the program, in a way that this load ignores."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import evidence, grouping
from wontload.diagnosis.added import why_ignored
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Finding
from wontload.diagnosis.missing import Missing
from wontload.diagnosis.record_evidence import evidence_of_gone
from wontload.diagnosis.words import are, listed


def added_and_ignored(case: Case) -> Iterator[Finding]:
    """The program itself added the directory (a call, or a variable that it changed), and the load ignores it.

    A directory that only happens to hold a copy, on PATH or elsewhere, is WL202.
    """
    for group in grouping.grouped(case, "WL203"):
        names = grouping.names(group)
        first = group[0]
        fit = [copy for one in group for copy in one.fit]
        yield grouping.finding(
            case,
            group,
            code="WL203",
            title=f"{listed(names)} {are(names)} here; {_whose(names)} directory was added, in a way that this load "
            "ignores",
            evidence=(
                *evidence.of_copies(case, fit),
                *evidence.of_added(case, first.load, fit),
                *evidence_of_gone(case, group),
                *evidence.of_components(names),
            ),
            explanation=f"{evidence.how_it_searches(case, first)}. {_why_ignored(case, first)}",
        )


def _whose(names: tuple[str, ...]) -> str:
    return "its" if len(names) == 1 else "their"


def _why_ignored(case: Case, first: Missing) -> str:
    return why_ignored(case, first.load, first.way) if first.way else ""
