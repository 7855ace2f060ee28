"""`wontload check` as a document: for a job's summary (Markdown), or a page to keep (HTML)."""

from __future__ import annotations

import os
from collections.abc import Sequence

from wontload.app.baseline import fingerprint
from wontload.diagnosis.words import listed
from wontload.report.check import WORDS, outcome, summary
from wontload.report.document import Block, Details, Document, Items, Paragraph, Section, Table, text
from wontload.report.layout import Span
from wontload.wheels.checking import CheckedWheel, CheckFinding


def check_document(wheels: Sequence[CheckedWheel], known: frozenset[str] = frozenset()) -> Document:
    """A table of all wheels, then what was found in each of those that do not simply pass."""
    rows = tuple(
        (
            text(os.path.basename(one.path), "code"),
            text(*WORDS[outcome(one, known)]),
            text(", ".join(dict.fromkeys(found.finding.code for found in one.findings)) or "none"),
            text(str(len(one.targets))),
        )
        for one in wheels
    )
    table = Table("Every wheel that was checked", ("wheel", "it", "findings", "clean machines"), rows)
    sections = [Section(text("Wheels"), (table,))] if rows else []
    sections += [_wheel(one, known) for one in wheels if one.findings or one.problem or one.gpu or one.skipped]
    return Document(subject="check", title=text(summary(wheels, known)), about=(), sections=tuple(sections))


def _wheel(wheel: CheckedWheel, known: frozenset[str]) -> Section:
    blocks: list[Block] = []
    if wheel.problem:
        blocks.append(Paragraph(text(wheel.problem)))
    blocks += [_finding(wheel, one, known) for one in wheel.findings]
    if wheel.gpu:
        rows = tuple(
            (
                text(one.member, "code"),
                text(", ".join(one.native) or "none"),
                text(", ".join(one.portable) or "none"),
                text("all" if one.complete else "the first of it"),
            )
            for one in wheel.gpu
        )
        blocks.append(Table("GPU code", ("file", "machine code", "compiled by the driver", "looked at"), rows))
    blocks += [Paragraph(text(f"Left out: {one.what}: {listed(one.files, 12)}.")) for one in wheel.skipped]
    if wheel.assumes:
        blocks.append(Details(text("What was assumed"), (Items(tuple(text(one) for one in wheel.assumes)),)))
    return Section([Span(os.path.basename(wheel.path), "code"), Span(*WORDS[outcome(wheel, known)])], tuple(blocks))


def _finding(wheel: CheckedWheel, found: CheckFinding, known: frozenset[str]) -> Details:
    finding = found.finding
    severity = finding.severity.value
    summary = [Span(severity, severity), Span(f"[{finding.code}]", "code", ""), Span(finding.title)]
    if fingerprint(wheel, found) in known:
        summary.append(Span("(in the baseline)", "dim"))
    blocks: list[Block] = [
        Items(tuple(text(one.text) for one in finding.evidence)),
        Paragraph(text(finding.explanation)),
    ]
    if found.targets:
        blocks.append(Paragraph(text("On " + "; ".join(found.targets))))
    return Details(summary, tuple(blocks), open=severity == "error")
