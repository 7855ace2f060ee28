"""Findings about a wheel's files on several machines, as few as there are causes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.words import listed
from wontload.knowledge.packages import project_of
from wontload.knowledge.providers import COMMAND_OF, TITLE_OF
from wontload.wheels.nowhere import about, is_plain, title_of

MOST_FILES = 8  # that lack the same libraries, and are named
MOST_LACKING = 3  # that lack some of many, and are named with what each lacks


@dataclass(slots=True)
class _Cause:
    """What several files have in common: the first finding of it, each file's own libraries, and where it holds."""

    finding: Finding
    lacking: dict[str, tuple[str, ...]] = field(default_factory=dict)
    targets: dict[str, None] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.finding.subject, *self.finding.also)


def merged(found: Iterable[tuple[Finding, str]]) -> Iterator[tuple[Finding, tuple[str, ...]]]:
    """One finding for each cause, with the targets on which it holds.

    What lacks the same libraries has one cause; and so has what lacks some of the same, or what the same dependency may
    bring, where each is plainly nowhere: forty modules of which each needs Qt's core and one further part of Qt are one
    finding, which names every part. What packages of the system bring is one cause as well, however many they are: the
    wheel leaves it to the system, and a desktop has it where a clean system has not.

    Args:
        found: findings and their targets; the first of a finding's chain is the file of the wheel.
    """
    causes: dict[tuple[str, str, Severity, tuple[str, ...]], _Cause] = {}
    for finding, target in found:
        names = (finding.subject, *finding.also)
        cause = causes.setdefault((finding.code, finding.title, finding.severity, names), _Cause(finding))
        cause.lacking[finding.chain[0]] = names
        cause.targets[target] = None
    for group in _overlapping(list(causes.values())):
        yield (_one(group[0]) if len(group) == 1 else _joined(group)), tuple(group[0].targets)


def _overlapping(causes: Sequence[_Cause]) -> Iterator[list[_Cause]]:
    """The causes, those together that are one: of a kind, on the same targets, each with a library of another."""
    groups: list[list[_Cause]] = []
    for cause in causes:
        near = [group for group in groups if any(_alike(cause, one) for one in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(one for group in near for one in group), cause])
    yield from groups


def _alike(one: _Cause, two: _Cause) -> bool:
    return (
        is_plain(one.finding)
        and is_plain(two.finding)
        and one.finding.severity is two.finding.severity
        and one.targets.keys() == two.targets.keys()
        and (
            not set(one.names).isdisjoint(two.names)
            or _brought(one.finding) == _brought(two.finding) != ""
            or (_is_of_system(one.finding) and _is_of_system(two.finding))
            or (_is_renamed(one.finding) and _is_renamed(two.finding))
            or not {*map(project_of, one.names)}.isdisjoint(map(project_of, two.names))
        )
    )


def _is_renamed(finding: Finding) -> bool:
    """Whether the wheel has what is missing, under a name that a repairing tool gave it."""
    return any(item.kind == "renamed" for item in finding.evidence)


def _packages(finding: Finding) -> Iterator[tuple[str, str, str]]:
    """Packages of the system that bring its libraries: the library, the package manager, the package."""
    for item in finding.evidence:
        providers: Any = item.data.get("providers", ())
        for one in providers:
            if one["kind"] in TITLE_OF:
                yield str(item.data["file"]), one["kind"], one["package"]


def _is_of_system(finding: Finding) -> bool:
    """Whether a package of the system brings each of its libraries."""
    return {finding.subject, *finding.also} <= {library for library, _, _ in _packages(finding)}


def _brought(finding: Finding) -> str:
    """What is said of a declared dependency that would bring it; empty where that is not why it is less grave."""
    return (
        ""
        if finding.severity is Severity.ERROR
        else next((item.text for item in reversed(finding.evidence) if item.kind == "provider"), "")
    )


def _one(cause: _Cause) -> Finding:
    first, *others = cause.lacking
    more = (_file(name, f"{name} fails for the same reason") for name in others[:MOST_FILES])
    own = _file(first, f"{first} is the file of the wheel")
    return replace(cause.finding, evidence=(own, *cause.finding.evidence, *more))


def _joined(causes: Sequence[_Cause]) -> Finding:
    """The finding of several causes: every library, the most wanted first, and what each file lacks of them."""
    lacking: dict[str, tuple[str, ...]] = {}
    for cause in causes:
        for name, libraries in cause.lacking.items():
            lacking[name] = tuple(dict.fromkeys((*lacking.get(name, ()), *libraries)))
    wanted: dict[str, int] = {}
    for libraries in lacking.values():
        for library in libraries:
            wanted[library] = wanted.get(library, 0) + 1
    names = sorted(wanted, key=lambda name: -wanted[name])
    widest = max((cause.finding for cause in causes), key=lambda one: len(one.also))
    # The last of one says what makes it less grave, where something does: it comes first.
    rest = {item.text: item for cause in causes for item in reversed(cause.finding.evidence) if item.kind != "looked"}
    return replace(
        widest,
        title=title_of(names),
        subject=names[0],
        also=tuple(names[1:]),
        evidence=(
            *(_file(name, f"{name} lacks {listed(some)}") for name, some in list(lacking.items())[:MOST_LACKING]),
            *_more(len(lacking) - MOST_LACKING),
            *_commands([cause.finding for cause in causes]),
            *rest.values(),
            *(about(item, names) for item in widest.evidence if item.kind == "looked"),
        ),
    )


def _more(count: int) -> Iterator[Evidence]:
    if count > 0:
        yield Evidence("file", f"and {count} more file{'s' * (count > 1)}", {"count": count})


def _commands(findings: Sequence[Finding]) -> Iterator[Evidence]:
    """One command for all that packages of the system bring."""
    packages: dict[str, dict[str, None]] = {}
    for finding in findings:
        for _, manager, package in _packages(finding):
            packages.setdefault(manager, {})[package] = None
    for manager, some in packages.items():
        command = COMMAND_OF[manager].format(package=" ".join(some))
        yield Evidence(
            "packages",
            f"packages of {TITLE_OF[manager]} bring what is known of these: {command}",
            {"manager": manager, "packages": list(some), "command": command},
        )


def _file(name: str, text: str) -> Evidence:
    return Evidence("file", text, {"path": name})
