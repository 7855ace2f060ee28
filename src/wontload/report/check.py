"""What `wontload check` shows on a terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from wontload.app.baseline import fails as makes_it_fail
from wontload.app.baseline import fingerprint
from wontload.diagnosis.finding import Severity
from wontload.diagnosis.words import listed
from wontload.report.layout import Line, Span, draw, flow, labelled, span, words
from wontload.report.screen import Terminal
from wontload.wheels.checking import CheckedWheel, CheckFinding

SHOWN = 6  # pieces of evidence of one finding; all with -v
WORDS = {
    "passes": ("passes", "good"),
    "fails": ("fails", "error"),
    "known": ("has only what the baseline knows", "warning"),
    "undetermined": ("is undecided", "warning"),
    "unreadable": ("could not be read", "error"),
}
SEVERAL = {
    "passes": "pass",
    "fails": "fail",
    "known": "have only what the baseline knows",
    "undetermined": "are undecided",
    "unreadable": "could not be read",
}
# Of the loader's walk: what a diagnosis of one import shows, and a check of many files only with -v.
WALK = ("request", "searched", "simulated")


def render_check(
    wheels: Sequence[CheckedWheel],
    terminal: Terminal,
    *,
    known: frozenset[str],
    verbose: bool,
    quiet: bool,
    fail_on: str = "error",
) -> str:
    """One block a wheel, then one line for all. `fail_on`: which findings make the check fail."""
    lines: list[Line] = []
    for wheel in wheels:
        if quiet and wheel.verdict == "passes":
            continue
        lines += _wheel(wheel, terminal, known=known, verbose=verbose, quiet=quiet)
    return draw([*lines, *_sum(wheels, known, terminal, fail_on)], terminal)


def outcome(wheel: CheckedWheel, known: frozenset[str]) -> str:
    """The verdict, or `known` for a wheel whose every error is in the baseline: a key of `WORDS`."""
    errors = [one for one in wheel.findings if one.finding.severity is Severity.ERROR]
    is_known = wheel.verdict == "fails" and all(fingerprint(wheel, one) in known for one in errors)
    return "known" if is_known else wheel.verdict


def summary(wheels: Sequence[CheckedWheel], known: frozenset[str]) -> str:
    """`3 wheels: 1 fails, 2 pass; 2 findings are in the baseline`; `1 wheel passes`, `2 wheels fail`."""
    outcomes = [outcome(one, known) for one in wheels]
    counts = {verdict: outcomes.count(verdict) for verdict in WORDS if verdict in outcomes}
    told = [f"{count} {_said(verdict, count)}" for verdict, count in counts.items()]
    text = f"{len(wheels)} {'wheel' if len(wheels) == 1 else 'wheels'}"
    text += f" {_said(outcomes[0], len(wheels))}" if len(counts) == 1 else f": {', '.join(told) or 'nothing to check'}"
    old = sum(fingerprint(wheel, one) in known for wheel in wheels for one in wheel.findings)
    return text + (f"; {old} {'finding is' if old == 1 else 'findings are'} in the baseline" if old else "")


def _said(verdict: str, count: int) -> str:
    return WORDS[verdict][0] if count == 1 else SEVERAL[verdict]


def _sum(wheels: Sequence[CheckedWheel], known: frozenset[str], terminal: Terminal, fail_on: str) -> list[Line]:
    text = summary(wheels, known)
    if fail_on != "error" and (counted := sum(makes_it_fail(one, fail_on=fail_on, known=known) for one in wheels)):
        text += f"; --fail-on {fail_on} fails {counted}"
    return flow(words(text, "strong"), terminal.width)


def _wheel(
    wheel: CheckedWheel, terminal: Terminal, *, known: frozenset[str], verbose: bool, quiet: bool
) -> Iterator[Line]:
    said, style = WORDS[outcome(wheel, known)]
    yield from flow([span(os.path.basename(wheel.path), "strong"), span(said, style)], terminal.width)
    if wheel.problem:
        yield from flow(words(wheel.problem), terminal.width, [Span("  ")], 2)
    for found in wheel.findings:
        if found.finding.severity is not Severity.NOTE or verbose:
            yield from _finding(wheel, found, terminal, known=known, verbose=verbose, quiet=quiet)
    if not quiet:
        yield from _targets(wheel, terminal)
        for row in wheel.gpu:
            code = f"{listed(row.native, 12) if row.native else 'none'}; to be compiled: " + (
                listed(row.portable) if row.portable else "none"
            )
            part = "" if row.complete else " (the first of it)"
            yield from labelled("GPU code", words(f"{row.member}{part}: {code}"), terminal.width)
        for skipped in wheel.skipped:
            yield from labelled("left out", words(f"{skipped.what}: {listed(skipped.files, 4)}"), terminal.width)
        for sentence in wheel.assumes:
            yield from labelled("assumed", words(sentence), terminal.width)
    yield []


def _finding(
    wheel: CheckedWheel, found: CheckFinding, terminal: Terminal, *, known: frozenset[str], verbose: bool, quiet: bool
) -> Iterator[Line]:
    finding = found.finding
    severity = finding.severity.value
    old = fingerprint(wheel, found) in known
    head = [Span(severity, severity), Span(f"[{finding.code}]:", "code", "")]
    yield from flow(
        [*words(finding.title), *(words("(in the baseline)", "dim") if old else [])],
        terminal.width,
        [*head, Span(" ")],
        2,
    )
    if quiet or (old and not verbose):
        return
    told = [one for one in finding.evidence if verbose or one.kind not in WALK]
    shown = told if verbose else told[:SHOWN]
    for number, one in enumerate(shown):
        yield from labelled("" if number else "because", words(one.text), terminal.width)
    if len(told) > len(shown):
        yield from labelled("", words(f"and {len(told) - len(shown)} more; -v shows all", "dim"), terminal.width)
    if found.targets:
        yield from labelled("on", words(_briefly(found.targets, len(wheel.targets), verbose)), terminal.width)
    if verbose:
        yield from labelled("so", words(finding.explanation), terminal.width)


def _briefly(targets: Sequence[str], of: int, verbose: bool) -> str:
    if len(targets) == of and of > 1 and not verbose:
        return f"all {of} clean machines that were asked"
    return "; ".join(targets if verbose else targets[:4]) + (
        f"; and {len(targets) - 4} more" if len(targets) > 4 and not verbose else ""
    )


def _targets(wheel: CheckedWheel, terminal: Terminal) -> Iterator[Line]:
    """Clean machines with the same outcome on one line."""
    groups: dict[tuple[int, int, int], list[str]] = {}
    for one in wheel.targets:
        key = (len(one.loads), len(one.fails), len(one.undetermined))
        groups.setdefault(key, []).append(str(one.target))
    for (loads, fails, open_), names in groups.items():
        count = loads + fails + open_
        told = [f"{loads} of {count} files load" if fails or open_ else f"all {loads} files load"]
        told += [f"{fails} {'does' if fails == 1 else 'do'} not"] if fails else []
        told += [f"{open_} cannot be judged"] if open_ else []
        if count == 1:
            told = [f"its one file {'loads' if loads else 'does not load' if fails else 'cannot be judged'}"]
        if not count:
            told = ["no file of the wheel is for it"]
        yield from labelled(
            "judged", words(f"{', '.join(told)}: {'; '.join(names[:8])}{'; …' * (len(names) > 8)}"), terminal.width
        )
