"""A whole computer as a document: the report of `wontload doctor`."""

from __future__ import annotations

from wontload.app.checkup import CheckedFile, Standing
from wontload.app.doctor import CheckedPackage, Checkup
from wontload.machine import Machine
from wontload.report.doctor import (
    ailing_of,
    how_many,
    kind_of,
    mismatch,
    next_step,
    system_facts,
    unmet_of,
    verdict_of,
    why_of,
)
from wontload.report.document import (
    Block,
    Details,
    Document,
    Inline,
    Paragraph,
    Rows,
    Section,
    Table,
    of_this_computer,
    text,
)
from wontload.report.inventory import overview
from wontload.report.layout import Span
from wontload.report.names import Names, environment_of
from wontload.report.screen import UNICODE
from wontload.report.tree_document import result_blocks

STANDS = {
    Standing.FAILS: ("would not load", "bad"),
    Standing.UNDETERMINED: ("may or may not load", "warning"),
    Standing.LOADS: ("would load", "good"),
}
OF_A_PACKAGE = {"fails": Standing.FAILS, "undetermined": Standing.UNDETERMINED, "loads": Standing.LOADS}


def doctor_document(checkup: Checkup, *, asked: str = "") -> Document:
    """The computer, then the packages of which something would not load, then all that were judged.

    Args:
        asked: what a next command ends in, to be about the same Python.
    """
    machine, dot = checkup.machine, f" {UNICODE.dot} "
    about: list[tuple[str, Inline]] = []
    if machine.python:
        about.append(("Python", text(dot.join(environment_of(machine.python)))))
    if machine.id != "this":
        about.append(("saved machine", text(machine.id)))
    about.append(("system", text(dot.join(system_facts(machine)))))
    has = [
        ("" if number else label, text(item)) for label, items in overview(machine) for number, item in enumerate(items)
    ]
    sections = [Section(text("What this computer has"), (Rows(tuple(has)),)), *_packages(checkup, asked)]
    return Document(
        subject="doctor",
        title=verdict_of(checkup),
        about=(Rows(tuple(about)),),
        sections=tuple(sections),
        notes=(of_this_computer(),) if machine.id == "this" else (),
    )


def _packages(checkup: Checkup, asked: str) -> list[Section]:
    sections, ailing = [], ailing_of(checkup)
    if ailing:
        names = Names(checkup.machine)
        blocks: list[Block] = [_package(one, names, checkup.machine) for one in ailing]
        if sentence := next_step(ailing, checkup, asked):
            blocks.append(Paragraph(sentence))
        sections.append(Section(text("What would not load"), tuple(blocks)))
    if unmet := unmet_of(checkup):
        lines = tuple(("" if number else "requires", text(one)) for number, one in enumerate(unmet))
        sections.append(Section(text("What packages require and do not have"), (Rows(lines),)))
    if checkup.packages:
        rows = tuple(
            (
                text(f"{one.name} {one.version}"),
                text(str(len(one.files) + len(one.strange))),
                text(*STANDS[OF_A_PACKAGE[one.verdict]]),
            )
            for one in checkup.packages
        )
        table = Table("Every package with native files; none was imported", ("package", "native files", "it"), rows)
        summary = text(f"All packages that were judged: {len(rows)}")
        sections.append(Section(text("All packages"), (Details(summary, (table,)),)))
    return sections


def _package(package: CheckedPackage, names: Names, machine: Machine) -> Section:
    files = (*package.failing, *package.open)
    severity = "error" if package.verdict == "fails" else "warning"
    mark = UNICODE.cross if severity == "error" else "?"
    said = "; ".join(how_many(package))
    title = [Span(mark, severity), Span(f"{package.name} {package.version}", "strong"), Span(":", "", ""), Span(said)]
    strange = tuple((text(names.inside(one)), text(mismatch(package, machine))) for one in package.strange)
    judged = (([Span(names.inside(one.path)), Span(f"({kind_of(one)})", "dim")], text(why_of(one))) for one in files)
    rows: tuple[tuple[Inline, ...], ...] = (*strange, *judged)
    table = Table("Its files that would not load, or may not", ("file", "what keeps it from loading"), rows)
    trees = tuple(_file(one, names) for one in files)
    return Section(title, (table, *((Details(text("What each of them would load"), trees),) if trees else ())))


def _file(file: CheckedFile, names: Names) -> Block:
    summary = [Span(names.inside(file.path)), Span(*STANDS[file.standing])]
    return Details(summary, (Rows((("path", text(file.path)),)), *result_blocks(file.result)))
