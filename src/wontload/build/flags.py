"""The person's own definitions, held against what this version reads (WL704) before anything is compiled."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from wontload.build.source import Source
from wontload.build.wishes import Wishes, joined_cmake_args
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.knowledge.builds import renamed


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """Definitions that stay, findings about those that do not, and other arguments for CMake as they were given."""

    kept: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Objection:
    """Why a definition does not stay.

    Attributes:
        what: what the version does with it, one clause. outcome: what would come of that, one sentence.
        new: the option to use in its place; empty for none.
    """

    what: str
    outcome: str
    new: str


def checked_flags(package: str, version: str, source: Source | None, wishes: Wishes, *, windows: bool = False) -> Flags:
    """Each definition of the person: kept, or refused with the name that it has now. `windows`: of their shell."""
    called = f"{package} {version}".strip()
    refused = {
        name: found
        for name in wishes.defines
        if (found := next(_objections(name, called, package, version, source), None)) is not None
    }
    kept = {name: value for name, value in wishes.defines.items() if name not in refused}
    again = tuple(_shell_says(wishes, refused, windows))
    findings = (_finding(name, one, wishes, again) for name, one in refused.items())
    return Flags(kept=kept, others=wishes.other_arguments, findings=tuple(findings))


ENDS = "The build would end with an error."
MAY_LACK = "A build with it may well succeed and lack what it was to switch on."


def _objections(name: str, called: str, package: str, version: str, source: Source | None) -> Iterator[_Objection]:
    if source is not None and source.options.known:
        if old := source.options.obsolete.get(name):
            what = f"{called} ends the build there" if old.refused else f"{called} warns, and may ignore it"
            yield _Objection(what=what, outcome=ENDS if old.refused else MAY_LACK, new=old.new)
        elif not source.options.reads(name):
            what = f"no CMake file of {called} reads it"
            yield _Objection(what=what, outcome=MAY_LACK, new=source.options.like(name))
        return
    for known in renamed(package, version):
        if known.old == name:
            outcome = ENDS if known.does == "refuses" else MAY_LACK
            yield _Objection(what=f"{called} {known.said}", outcome=outcome, new=known.new)


def _shell_says(wishes: Wishes, refused: Mapping[str, _Objection], windows: bool) -> Iterator[tuple[str, str]]:
    """The commands that put right what a shell has in CMAKE_ARGS, each with the shell; none where none is refused."""
    if not refused.keys() & wishes.from_environment:
        return
    right: dict[str, str] = {}
    for name in wishes.defines:
        new = refused[name].new if name in refused else name
        if name in wishes.from_environment and new:
            right.setdefault(new, wishes.defines[name])
    text = joined_cmake_args(right, wishes.other_arguments)
    if windows:
        doubled = text.replace("'", "''")
        yield "in cmd", f'set "CMAKE_ARGS={text}"'
        yield "in PowerShell", f"$env:CMAKE_ARGS = '{doubled}'"
    else:
        yield "", f"export CMAKE_ARGS={shlex.quote(text)}" if text else "unset CMAKE_ARGS"


def _finding(name: str, one: _Objection, wishes: Wishes, again: Sequence[tuple[str, str]]) -> Finding:
    shells = name in wishes.from_environment
    place = "It stands in CMAKE_ARGS. " if shells else ""
    given = (Evidence("variable", "it stands in CMAKE_ARGS", {"name": "CMAKE_ARGS"}),) if shells else ()
    told = f"{one.new}={wishes.defines[name]}"
    what = f"use {told}" if one.new else f"leave {name} out"
    says = again if shells else [("", f"--define {told}" if one.new else "")]
    steps = (Evidence("step", f"{what} {where}".strip(), {"command": line} if line else {}) for where, line in says)
    return Finding(
        code="WL704",
        severity=Severity.ERROR,
        title=f"{name} is obsolete or misspelt: {one.what}",
        subject=name,
        also=(one.new,) if one.new else (),
        evidence=(*given, *steps),
        explanation=f"{place}{one.outcome} " + (f"Use {told} instead." if one.new else "Leave it out."),
        explains_error=True,
    )
