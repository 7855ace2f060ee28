"""A report as a document: sections, rows, tables and trees of styled text, before anything is escaped.

What is said, and in which order, stands in `why_document`, `tree_document` and `doctor_document`; how it is written in
`html` and `markdown`, which escape every text where they write it. Texts are as machines and files have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wontload.report.layout import Span, commands_in

Inline = Sequence[Span]  # pieces of one text; each one's `glue` stands between it and the piece before
WIDE_BLANK = "\u2003"  # EM SPACE, for the gaps of a terminal's line: several blanks would be shown as one


class Run(NamedTuple):
    """A stretch of text in one style."""

    text: str
    style: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    text: Inline


@dataclass(frozen=True, slots=True)
class Rows:
    """Labels and what they are about; a row without a label belongs to the one above it."""

    rows: tuple[tuple[str, Inline], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Inline, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column names its rows."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Inline, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Node:
    """One line of a tree, with the lines below it, which are shown at first if `open`."""

    text: Inline
    below: tuple[Node, ...] = ()
    open: bool = True


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree; one that `folds` can be opened and closed line by line."""

    nodes: tuple[Node, ...]
    folds: bool = True


@dataclass(frozen=True, slots=True)
class Details:
    """What is shown when asked for, under a line that is always there."""

    summary: Inline
    blocks: tuple[Block, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it; sections in it have lesser headings."""

    title: Inline
    blocks: tuple[Block, ...]


Block = Paragraph | Rows | Items | Table | Code | Tree | Details | Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole report.

    Attributes:
        subject: what it is about, for the window's title.
        title: the answer, in one clause.
        about: where it holds: interpreter and machine.
        sections: the report.
        notes: what its reader should know of it.
    """

    subject: str
    title: Inline
    about: tuple[Block, ...]
    sections: tuple[Section, ...]
    notes: tuple[Inline, ...] = ()


def of_this_computer() -> Inline:
    """What the reader of a report about the computer at hand should know before it goes to somebody else."""
    return [
        Span("Names and paths are as they are on this computer."),
        Span("wontload snapshot", "code"),
        Span("replaces them, and"),
        Span("--machine FILE", "code"),
        Span("makes this report of what it saved."),
    ]


def text(said: str, style: str = "") -> Inline:
    """A text in one style, whole: nothing is left out of it as it would be on a terminal."""
    return (Span(said, style),)


def prose(said: str) -> Inline:
    """A text, whole, with the commands that it has between backticks as code."""
    return tuple(commands_in(said))


def present(*blocks: Block | None) -> tuple[Block, ...]:
    """The blocks that are there."""
    return tuple(one for one in blocks if one is not None)


def runs(inline: Inline) -> Iterator[Run]:
    """Adjoining pieces of one style in one; the blanks between two styles belong to neither."""
    style, pieces = "", list[str]()
    for number, piece in enumerate(inline):
        glue = piece.glue if number else ""
        glue = WIDE_BLANK if len(glue) > 1 else glue
        if piece.style == style:
            pieces += [glue, piece.text]
            continue
        if not style:
            pieces.append(glue)
            glue = ""
        yield from _run(pieces, style)
        if glue:
            yield Run(glue, "")
        style, pieces = piece.style, [piece.text]
    yield from _run(pieces, style)


def _run(pieces: Iterable[str], style: str) -> Iterator[Run]:
    if said := "".join(pieces):
        yield Run(said, style)


def plain(inline: Inline) -> str:
    """The text without its styles."""
    return "".join(run.text for run in runs(inline))
