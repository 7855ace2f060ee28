"""A diagnosis as a document: the report of `wontload TARGET`, with everything that the terminal only sums up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from wontload.app.explain import Page
from wontload.diagnosis import Diagnosis, Finding, JudgedLoad
from wontload.machine import Machine
from wontload.remedy.advice import JudgedAdvice
from wontload.remedy.fix import Fix
from wontload.report.advice import WOULD_WORK, in_order, summary_of
from wontload.report.branches import spelled
from wontload.report.document import (
    Block,
    Code,
    Details,
    Document,
    Inline,
    Items,
    Node,
    Paragraph,
    Rows,
    Section,
    Table,
    Tree,
    of_this_computer,
    prose,
    text,
)
from wontload.report.evidence import evidence_rows
from wontload.report.exhibit import places_of
from wontload.report.fixes import HEADING, command_of, costs, proof_of, said
from wontload.report.inventory import facts_of
from wontload.report.layout import Span, words
from wontload.report.names import Names, environment_of, system_of
from wontload.report.page_document import page_blocks
from wontload.report.quoting import asked_again
from wontload.report.request import expression, leaves_of, note_of, steps_of
from wontload.report.screen import UNICODE
from wontload.report.settle import HEADING as SETTLE
from wontload.report.text import counted
from wontload.report.tree import verdict_of as end_of
from wontload.report.tree_document import result_blocks
from wontload.report.why import has_place, is_accounted_for, verdict_of


def why_document(
    diagnosis: Diagnosis,
    *,
    fixes: Sequence[Fix] = (),
    advice: Sequence[JudgedAdvice] = (),
    pages: Mapping[str, Page] | None = None,
    about: str = "",
) -> Document:
    """The whole report.

    Args:
        diagnosis: what to report.
        fixes: what could be done, best first.
        advice: remedies in circulation, judged.
        pages: by code, the pages of findings to show in full; of others, the command that shows them.
        about: what a next command ends in, to be about the same Python.
    """
    sections = (
        _findings(diagnosis, pages or {}),
        _exception(diagnosis),
        _open_questions(diagnosis, about),
        _fixes(fixes, diagnosis, about),
        _advice(advice),
        _loads(diagnosis),
    )
    return Document(
        subject=diagnosis.target,
        title=verdict_of(diagnosis),
        about=(Rows(tuple(machine_rows(diagnosis.machine))), *(Paragraph(text(one)) for one in diagnosis.notes)),
        sections=tuple(one for one in sections if one is not None),
        notes=(of_this_computer(),) if diagnosis.machine.id == "this" else (),
    )


def machine_rows(machine: Machine) -> Iterator[tuple[str, Inline]]:
    """The interpreter and the machine that an answer holds for."""
    if machine.python:
        yield "Python", text(f" {UNICODE.dot} ".join(environment_of(machine.python)))
    if machine.id != "this":
        yield "saved machine", text(machine.id)
    yield "system", text(f"{system_of(machine.system)}, {machine.system.architecture}")
    for label, value in facts_of(machine).items():
        yield label, text(value)


def _findings(diagnosis: Diagnosis, pages: Mapping[str, Page]) -> Section | None:
    if not diagnosis.findings:
        return None
    told: set[str] = set()
    sections = []
    for number, one in enumerate(diagnosis.findings):
        story = [] if one.code in told else [_story(one.code, pages)]
        told.add(one.code)
        sections.append(Section(_title(one), (*_finding(one, diagnosis, is_first=number == 0), *story)))
    return Section(text("What was found"), tuple(sections))


def _title(finding: Finding) -> Inline:
    severity = finding.severity.value
    return [Span(f"{severity}[{finding.code}]", severity), Span(":", "", ""), Span(finding.title)]


def _finding(finding: Finding, diagnosis: Diagnosis, *, is_first: bool) -> Iterator[Block]:
    """Where it was asked, what supports it, why this stops the load; then the same in full."""
    if has_place(finding):
        yield Tree(_request(finding, diagnosis), folds=False)
    searched = [one for one in finding.evidence if one.kind == "searched" and places_of(one)]
    rows = evidence_rows(finding, diagnosis, verbose=True, without=("searched",) if searched else ())
    listed: list[tuple[str, Inline]] = [(row.label, row.atoms) for row in rows]
    if finding.explanation:
        listed.append(("why", prose(finding.explanation)))
    if listed:
        yield Rows(tuple(listed))
    for one in searched:
        places = places_of(one)
        table = Table(
            "Directories, in order, and what puts each on the list",
            ("directory", "rule"),
            tuple((text(f"{n}. {place}"), text(spelled(rule))) for n, (rule, place) in enumerate(places, 1)),
        )
        yield Details(text(f"Searched, in this order: {counted(len(places), 'place')}"), (table,), open=is_first)
    if finding.evidence:
        evidence = tuple((text(one.kind.replace("_", " ")), text(one.text)) for one in finding.evidence)
        table = Table("What supports this finding, in full", ("kind", "what it says"), evidence)
        yield Details(text(f"All evidence, word for word: {len(evidence)}"), (table,))


def _request(finding: Finding, diagnosis: Diagnosis) -> tuple[Node, ...]:
    """The request tree: from the import, through the call that asked the loader, down to what is missing."""
    nodes = tuple(_leaf(name, note_of(name, finding, diagnosis)) for name in leaves_of(finding))
    for atoms, place in reversed(list(steps_of(finding, diagnosis))):
        nodes = (Node([*atoms, *([Span(place, "dim", "   ")] if place else [])], nodes),)
    return nodes


def _leaf(name: str, note: str) -> Node:
    return Node([Span(name, "strong"), Span(UNICODE.cross, "bad", "  "), Span(note, "dim", "  " * bool(note))])


def _story(code: str, pages: Mapping[str, Page]) -> Block:
    """The finding's page, or where to read it."""
    if code in pages:
        return Details(text(f"{code}: the whole story"), page_blocks(pages[code].text))
    return Paragraph([Span(f"wontload explain {code}", "code"), *words("tells the whole story.")])


def _exception(diagnosis: Diagnosis) -> Section | None:
    error = diagnosis.error
    if error is None:
        return None
    message = f"{error.exception}: {error.text}" if error.text else error.exception
    place = Names(diagnosis.machine).place(error.file, error.line)
    blocks = (Code(message), *((Rows((("raised at", text(place)),)),) if place else ()))
    if is_accounted_for(diagnosis):
        blocks = (Details(text("The exception, as it was raised"), blocks),)
    return Section(text("What Python said"), blocks)


def _open_questions(diagnosis: Diagnosis, about: str) -> Section | None:
    if not diagnosis.would_settle:
        return None
    sentences = (prose(asked_again(one, about)) for one in diagnosis.would_settle)
    return Section(text(_capital(SETTLE)), (Items(tuple(sentences)),))


def _fixes(fixes: Sequence[Fix], diagnosis: Diagnosis, about: str) -> Section | None:
    if not fixes:
        return None
    windows = diagnosis.machine.system.name == "windows"
    blocks: list[Block] = [_fix(number, fix, windows) for number, fix in enumerate(fixes, 1)]
    if command := command_of(fixes, diagnosis.target, about):
        blocks.append(Paragraph(command))
    return Section(text(_capital(HEADING)), tuple(blocks))


def _fix(number: int, fix: Fix, windows: bool) -> Section:
    title = [Span(f"{number}."), Span(fix.id, "code"), Span(fix.title)]
    rows: list[tuple[str, Inline]] = [("costs", text(costs(fix)))]
    rows += [("" if n else "does", prose(said(step, windows=windows))) for n, step in enumerate(fix.steps)]
    rows += [("" if n else "proof", text(row)) for n, row in enumerate(proof_of(fix))]
    rows += [("mind", text(fix.caveat))] if fix.caveat else []
    return Section(title, (Rows(tuple(rows)),))


def _advice(advice: Sequence[JudgedAdvice]) -> Section | None:
    if not advice:
        return None
    rows = tuple((text(one.title), text(*WOULD_WORK[one.works_here]), prose(one.why)) for one in in_order(advice))
    table = Table("Each judged on a model of this machine", ("advice", "would it", "why"), rows)
    return Section(text("The usual advice"), (Details(text(f"{summary_of(advice)}."), (table,), open=True),))


def _loads(diagnosis: Diagnosis) -> Section | None:
    if not diagnosis.loads:
        return None
    loads = (_load(one, Names(diagnosis.machine)) for one in diagnosis.loads)
    return Section(text("What the loader was asked for"), tuple(loads))


def _load(load: JudgedLoad, names: Names) -> Block:
    request, observed, simulated = load.request, load.observed, load.simulated
    place = names.place(request.file, request.line)
    verdict = end_of(simulated) if simulated else text("not simulated", "warning")
    summary = [Span(expression(request, names, UNICODE.ellipsis)), *([Span(place, "dim")] if place else []), *verdict]
    rows: list[tuple[str, Inline]] = [("file", text(request.name))]
    if observed is not None:
        rows.append(("observed", text(_seen(load))))
    fails = (observed is not None and not observed.succeeded) or (simulated is not None and bool(simulated.error))
    return Details(summary, (Rows(tuple(rows)), *(result_blocks(simulated) if simulated else ())), open=fails)


def _seen(load: JudgedLoad) -> str:
    """How the real load ended."""
    observed = load.observed
    assert observed is not None
    if observed.succeeded:
        return f"loaded{f' from {observed.path}' if observed.path else ''}"
    if observed.error is None:
        return ENDED if observed.succeeded is None else "the load failed"
    return f"the real load failed: {observed.error.text or observed.error.exception}"


ENDED = "the process ended during this load"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
