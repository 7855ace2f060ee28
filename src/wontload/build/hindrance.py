"""What stands in a build's way, as a finding with the steps that settle it; and where the build would take place."""

from __future__ import annotations

from dataclasses import dataclass

from wontload.build.remedies import Remedy
from wontload.diagnosis.finding import Evidence, Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Of the place where it will be built.

    Attributes:
        offline: nothing may be fetched. offered: normalised names of the wheels in `--find-links`.
        headers: whether Python's own header files are there; `None`: not known.
        directory: of temporary files, below which it is built; empty: not known.
        unreachable: why no index answers, where the build has to fetch something; empty where one does.
    """

    offline: bool = False
    offered: frozenset[str] = frozenset()
    headers: bool | None = None
    directory: str = ""
    unreachable: str = ""


def found(
    code: str,
    title: str,
    subject: str,
    why: str,
    fixes: tuple[Remedy, ...] = (),
    evidence: tuple[Evidence, ...] = (),
    severity: Severity = Severity.ERROR,
) -> Finding:
    """A finding with the steps that settle it."""
    steps = (Evidence("step", one.text, {"command": one.command}) for one in fixes)
    return Finding(
        code=code,
        severity=severity,
        title=title,
        subject=subject,
        evidence=(*evidence, *steps),
        explanation=why,
        explains_error=severity is Severity.ERROR,
    )
