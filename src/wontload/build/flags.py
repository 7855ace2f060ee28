"""The person's own definitions, held against what this version reads (WL704) before anything is compiled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wontload.build.source import Source
from wontload.build.wishes import Wishes
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.knowledge.builds import renamed


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """Definitions that stay, findings about those that do not, and other arguments for CMake as they were given."""

    kept: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def checked_flags(package: str, version: str, source: Source | None, wishes: Wishes) -> Flags:
    """Each definition of the person: kept, or refused with the name that it has now."""
    kept: dict[str, str] = {}
    findings: list[Finding] = []
    for name, value in wishes.defines.items():
        found = next(_objections(name, value, package, version, source, wishes), None)
        if found is None:
            kept[name] = value
        else:
            findings.append(found)
    return Flags(kept=kept, others=wishes.other_arguments, findings=tuple(findings))


def _objections(
    name: str, value: str, package: str, version: str, source: Source | None, wishes: Wishes
) -> Iterator[Finding]:
    called = f"{package} {version}".strip()
    given = Evidence("variable", "it stands in CMAKE_ARGS", {"name": "CMAKE_ARGS"})
    evidence = (given,) if name in wishes.from_environment else ()
    if source is not None and source.options.known:
        if old := source.options.obsolete.get(name):
            does = "ends the build there" if old.refused else "warns, and may build without what it should switch on"
            yield _finding(name, f"{called} {does}", old.new, value, evidence)
        elif not source.options.reads(name):
            yield _finding(name, f"no CMake file of {called} reads it", source.options.like(name), value, evidence)
        return
    for known in renamed(package, version):
        if known.old == name:
            yield _finding(name, f"{called} {known.does} it", known.new, value, evidence)


def _finding(name: str, what: str, new: str, value: str, evidence: tuple[Evidence, ...]) -> Finding:
    instead = f"Use {new}={value} instead." if new else "Leave it out."
    step = Evidence(
        "step",
        f"use {new}={value}" if new else f"leave {name} out",
        {"command": f"--define {new}={value}"} if new else {},
    )
    return Finding(
        code="WL704",
        severity=Severity.ERROR,
        title=f"{name} is obsolete or misspelt: {what}",
        subject=name,
        also=(new,) if new else (),
        evidence=(*evidence, step),
        explanation=f"A build with it may well succeed and lack what it was to switch on. {instead}",
        explains_error=True,
    )
