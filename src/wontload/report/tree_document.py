"""What files would load, as a document: the report of `wontload tree`, and the trees inside other reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wontload.app.tree import TreeLoad
from wontload.loader import LoadResult, Module, Verdict
from wontload.report.branches import Branch, Branches, answered_by_itself
from wontload.report.document import (
    Block,
    Details,
    Document,
    Inline,
    Items,
    Node,
    Paragraph,
    Rows,
    Section,
    Tree,
    of_this_computer,
    text,
)
from wontload.report.layout import Span, words
from wontload.report.screen import UNICODE
from wontload.report.text import base_name, counted
from wontload.report.tree import assumed_of, passed_over, searches_of, verdict_of

GRAVITY = (Verdict.FAILS, Verdict.UNDETERMINED, Verdict.LOADS)


def tree_document(loads: Sequence[TreeLoad]) -> Document:
    """Every file with its tree, in the order given; those that would not load stand open."""
    files = tuple(_file(one, alone=len(loads) == 1) for one in loads)
    subject = loads[0].path if len(loads) == 1 else counted(len(loads), "file")
    legend = Paragraph(text("Worked out by the rules of the system's loader; nothing was loaded.", "dim"))
    return Document(
        subject=subject,
        title=_title(loads),
        about=(legend,),
        sections=(Section(text("What each file would load"), files),),
        notes=(of_this_computer(),) if any(one.clean or one.machine == "this" for one in loads) else (),
    )


def _title(loads: Sequence[TreeLoad]) -> Inline:
    if len(loads) == 1:
        return [Span(base_name(loads[0].path), "strong"), *verdict_of(loads[0].result)]
    verdicts = [one.result.verdict for one in loads]
    failing, unknown = verdicts.count(Verdict.FAILS), verdicts.count(Verdict.UNDETERMINED)
    if not failing and not unknown:
        return words(f"{counted(len(loads), 'file')}: all would load", "good")
    said = [f"{failing} would not load"] * bool(failing) + [f"{unknown} may or may not load"] * bool(unknown)
    return words(f"{counted(len(loads), 'file')}: {', '.join(said)}", "error" if failing else "warning")


def _file(load: TreeLoad, *, alone: bool) -> Block:
    summary = [Span(load.path, "strong"), *verdict_of(load.result)]
    assumed = (Rows((("assumed", text(assumed_of(load.machine))),)),) if load.clean else ()
    blocks = (*assumed, *result_blocks(load.result))
    if not blocks:
        return Paragraph(summary)
    return Details(summary, blocks, open=alone or load.result.verdict is not Verdict.LOADS)


def result_blocks(result: LoadResult) -> tuple[Block, ...]:
    """One load: its tree, with the branches open that lead to what failed, and where that was sought."""
    branches = Branches(result)
    nodes = (*map(_node, branches.below), *_virtual(branches.virtual))
    rows = tuple(_remarks(result))
    searches = tuple(_searches(searches_of(result)))
    return (*((Tree(nodes),) if nodes else ()), *((Rows(rows),) if rows else ()), *searches)


def _node(branch: Branch) -> Node:
    name = Span(base_name(branch.module.name), "bad" if branch.failed else "")
    if branch.failed:
        said = [name, Span(UNICODE.cross, "bad", "  "), Span(branch.reason, "bad")]
    else:
        remarks = [Span(f"({one})", "dim") for one in branch.remarks]
        said = [name, Span(branch.place, "dim", "  "), *remarks]
    return Node(said, (*map(_node, branch.below), *_virtual(branch.virtual)), open=branch.ailing)


def _virtual(modules: tuple[Module, ...]) -> tuple[Node, ...]:
    return (Node(text(answered_by_itself(modules), "dim")),) if modules else ()


def _remarks(result: LoadResult) -> Iterator[tuple[str, Inline]]:
    if sentence := passed_over(result):
        yield "but", text(sentence)
    for number, sentence in enumerate(result.would_settle):
        yield "" if number else "not known", text(sentence)


def _searches(searches: dict[tuple[str, ...], Module]) -> Iterator[Block]:
    """The directories of each search, in order."""
    for directories, module in searches.items():
        whose = f" for {base_name(module.name)}" if len(searches) > 1 else ""
        summary = text(f"Searched{whose}, in this order: {counted(len(directories), 'directory')}")
        yield Details(summary, (Items(tuple(map(text, directories)), ordered=True),))
