"""The report of `wontload TARGET`: what is missing, why the loader did not find it, and what says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wontload.diagnosis import Diagnosis, Finding
from wontload.remedy.advice import JudgedAdvice
from wontload.remedy.fix import Fix
from wontload.report.advice import advice_line
from wontload.report.evidence import evidence_rows
from wontload.report.exhibit import Row
from wontload.report.fixes import fix_section
from wontload.report.inventory import facts_of
from wontload.report.layout import (
    Line,
    Span,
    beside,
    draw,
    flow,
    labelled,
    labelled_line,
    listed,
    prose,
    span,
    to_type,
    words,
)
from wontload.report.names import environment_of, system_of
from wontload.report.request import MOST_LEAVES, request_tree
from wontload.report.screen import Terminal
from wontload.report.settle import settle_section
from wontload.report.text import and_list, clean, shorten

LONGEST_SAID = 1200  # characters of an exception that no finding accounts for; -v shows all
ROWS_OF_A_LESSER = 3  # rows of evidence that a finding after the first is given


def render_why(
    diagnosis: Diagnosis,
    terminal: Terminal,
    *,
    quiet: bool = False,
    verbose: bool = False,
    fixes: Sequence[Fix] = (),
    advice: Sequence[JudgedAdvice] = (),
) -> str:
    """The whole report. Its first line alone answers whether the target loads.

    Args:
        diagnosis: what to report.
        terminal: what it is drawn for.
        quiet: the verdict and the titles of the findings only.
        verbose: nothing is summed up, and every finding is told in full.
        fixes: what could be done, best first.
        advice: remedies in circulation, judged.
    """
    lines = [*_header(diagnosis, terminal)]
    if quiet:
        return draw([*lines, *(line for one in diagnosis.findings for line in _title(one, terminal))], terminal)
    for number, finding in enumerate(diagnosis.findings):
        lines.append([])
        in_full = number == 0 or verbose
        lines += _in_full(finding, diagnosis, terminal, verbose) if in_full else _brief(finding, diagnosis, terminal)
    if diagnosis.error and (verbose or not is_accounted_for(diagnosis)):
        lines += [[], *_what_python_said(diagnosis, terminal, verbose)]
    lines += settle_section(diagnosis.would_settle, terminal)
    lines += fix_section(fixes, diagnosis.target, terminal)
    lines += advice_line(advice, diagnosis.target, terminal)
    lines += _last_line(diagnosis, terminal)
    return draw(lines, terminal)


def is_accounted_for(diagnosis: Diagnosis) -> bool:
    """Whether a finding explains the exception, or quotes all of it in its title."""
    error = diagnosis.error
    said = (clean(error.text).strip() or error.exception) if error else ""
    return any(one.explains_error or said in clean(one.title) for one in diagnosis.findings)


def _header(diagnosis: Diagnosis, terminal: Terminal) -> Iterator[Line]:
    """The verdict, and at the end of the line the interpreter it holds for."""
    python = diagnosis.machine.python
    left = flow(verdict_of(diagnosis), terminal.width)
    right = listed(environment_of(python), terminal.glyphs.dot, "dim") if python else []
    joined = flow(right, 10_000)[0]
    if len(left) == 1 and (both := beside(left[0], joined, terminal.width)):
        yield both
    else:
        yield from left
        yield from flow(right, terminal.width, hang=2) if right else ()
    if diagnosis.machine.id != "this":
        yield from _saved_machine(diagnosis, terminal)
    for note in diagnosis.notes:
        yield from flow(words(note, "dim"), terminal.width)


def _saved_machine(diagnosis: Diagnosis, terminal: Terminal) -> list[Line]:
    machine = diagnosis.machine
    facts = [system_of(machine.system), *(f"{name} {value}" for name, value in facts_of(machine).items())]
    start = [span(f"on the saved machine {machine.id}: ", "dim")]
    return flow(listed(facts, terminal.glyphs.dot, "dim"), terminal.width, start, 2)


def verdict_of(diagnosis: Diagnosis) -> list[Span]:
    """The answer in one clause."""
    target, ran = span(diagnosis.target, "strong"), diagnosis.import_s is not None
    seconds = f"in {diagnosis.import_s:.2f} s" if diagnosis.import_s is not None else ""
    if diagnosis.verdict == "loads":
        return [target, *words(f"loads, {seconds}" if ran else "would load: everything it asks for is found", "good")]
    if diagnosis.verdict == "degraded":
        return [target, *words(f"loads{', ' + seconds if ran else ''}, but not all of it will work", "warning")]
    if diagnosis.verdict == "fails":
        return [target, span("won't load", "error")]
    return [target, *words("may or may not load: what is known does not decide it", "warning")]


def _in_full(finding: Finding, diagnosis: Diagnosis, terminal: Terminal, verbose: bool) -> Iterator[Line]:
    """A finding with all of its evidence."""
    yield from _title(finding, terminal)
    if has_place(finding):
        most = 10_000 if verbose else MOST_LEAVES
        yield from request_tree(finding, diagnosis, terminal, most_leaves=most)
    for row in evidence_rows(finding, diagnosis, terminal.glyphs, verbose=verbose):
        yield from _drawn(row, terminal)
    if finding.explanation:
        yield from labelled("why", prose(finding.explanation), terminal.width)


def _brief(finding: Finding, diagnosis: Diagnosis, terminal: Terminal) -> Iterator[Line]:
    """A finding after the first: what it says, whom it took, the first of its evidence."""
    yield from _title(finding, terminal)
    rows = list(evidence_rows(finding, diagnosis, terminal.glyphs))
    others = [name for name in (finding.subject, *finding.also) if name not in finding.title]
    if others and has_place(finding):
        few = others if len(others) <= 4 else [*others[:3], f"{len(others) - 3} more"]
        yield from labelled("about", words(and_list(few)), terminal.width)
    for row in rows[:ROWS_OF_A_LESSER]:
        yield from _drawn(row, terminal)
    if not rows and finding.explanation:
        yield from labelled("why", prose(finding.explanation), terminal.width)


def _drawn(row: Row, terminal: Terminal) -> list[Line]:
    if row.brief:
        return [labelled_line(row.label, row.atoms[0].text, terminal)]
    return labelled(row.label, row.atoms, terminal.width)


def has_place(finding: Finding) -> bool:
    """Whether it is about something that a load asked for. WL9xx are about the answer itself."""
    asked = finding.load is not None or any(one.kind == "request" for one in finding.evidence)
    return asked and not finding.code.startswith("WL9")


def _title(finding: Finding, terminal: Terminal) -> list[Line]:
    severity = finding.severity.value
    start = [Span(f"{severity}[{finding.code}]", severity), Span(": ")]
    return flow(words(finding.title, "strong"), terminal.width, start, 2)


def _what_python_said(diagnosis: Diagnosis, terminal: Terminal, verbose: bool) -> list[Line]:
    """The exception, where no finding accounts for it."""
    error = diagnosis.error
    assert error is not None
    said = f"{error.exception}: {error.text}" if error.text else error.exception
    text = said if verbose else shorten(said, LONGEST_SAID, f" {terminal.glyphs.ellipsis} ")
    return labelled("Python says", words(text), terminal.width)


def _last_line(diagnosis: Diagnosis, terminal: Terminal) -> list[Line]:
    """Where to read on; nothing after a clean bill."""
    if not diagnosis.findings:
        return []
    command = to_type(f"wontload explain {diagnosis.findings[0].code}", "strong")
    return [[], *flow([command, *words("tells the whole story.")], terminal.width)]
