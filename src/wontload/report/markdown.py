"""A document as GitHub Flavored Markdown, for a bug report or a job's summary; trees are code, folded away.

Text of a machine becomes Markdown in `_text` and `_code`, HTML in `_html`, and nowhere else. Besides what CommonMark
gives a meaning to, GitHub makes links of `@name`, `#123`, `GH-123` and addresses: an empty comment keeps them apart.

Source: GitHub Flavored Markdown Spec 0.29; GitHub Docs, Autolinked references, and Writing mathematical expressions.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from wontload._version import __version__
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
    Run,
    Section,
    Table,
    Tree,
    plain,
    runs,
)
from wontload.report.screen import UNICODE
from wontload.report.text import clean

APART = "<!-- -->"
LONGEST_BODY = 65_536  # characters that GitHub takes in an issue or a comment
TOP_HEADING, DEEPEST_HEADING = 2, 6
BOLD = ("strong", "error", "warning", "bad", "good", "note")
_MEANT = re.compile(
    r"""
      \\(?=[!-/:-@\[-`{-~]|$)       # a backslash escapes punctuation, and breaks a line at its end
    | [`*\[\]|~]                     # code, emphasis, links, cells, strikethrough
    | (?<![A-Za-z0-9])_ | _(?![A-Za-z0-9])  # within a word it means nothing
    | ^(?:[-+=\#]|\d+(?=[.)](?:\s|$)))  # lists, headings, underlines of headings
    """,
    re.VERBOSE,
)
_LINKED = re.compile(r"@|#(?=\d)|\bGH-(?=\d)|\bwww(?=\.)|:(?=//)", re.IGNORECASE)


def render_markdown(document: Document) -> str:
    """The text; headings begin at the second level."""
    parts = [f"{'#' * TOP_HEADING} {_inline(document.title)}"]
    parts += _blocks([*document.about, *document.sections], TOP_HEADING + 1)
    parts += [_inline(one) for one in document.notes]
    return "\n\n".join([*parts, f"Made by wontload {__version__}."]) + "\n"


def _blocks(blocks: Iterable[Block], level: int) -> list[str]:
    return [part for one in blocks for part in _block(one, level) if part]


def _block(block: Block, level: int) -> Iterator[str]:
    if isinstance(block, Section):
        yield f"{'#' * min(level, DEEPEST_HEADING)} {_inline(block.title)}"
        yield from _blocks(block.blocks, level + 1)
    elif isinstance(block, Details):
        yield f"<details>\n<summary>{_summary(block.summary)}</summary>"
        yield from _blocks(block.blocks, level)
        yield "</details>"
    elif isinstance(block, Tree):
        yield _fenced(line for one in block.nodes for line in _drawn(one))
    elif isinstance(block, Table):
        yield _table(block)
    elif isinstance(block, Rows):
        yield "\n".join(
            f"- **{_text(label.strip())}**: {_inline(said)}" if label else f"  - {_inline(said)}"
            for label, said in block.rows
        )
    elif isinstance(block, Items):
        marks = (f"{number}." if block.ordered else "-" for number in range(1, len(block.items) + 1))
        yield "\n".join(f"{mark} {_inline(one)}" for mark, one in zip(marks, block.items, strict=True))
    elif isinstance(block, Code):
        yield _fenced(block.text.splitlines())
    elif isinstance(block, Paragraph):
        yield _inline(block.text)


def _text(text: str) -> str:
    """Any text, as Markdown that only shows it."""
    escaped = _MEANT.sub(_escaped, clean(text))
    return _apart(escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def _escaped(match: re.Match[str]) -> str:
    meant = match[0]
    return f"{meant}\\" if meant.isdigit() else f"\\{meant}"  # `1\.` is no list


def _apart(text: str) -> str:
    """Markdown or HTML of which GitHub makes no link and no formula."""
    return _LINKED.sub(lambda match: match[0] + APART, text).replace("$", "<span>$</span>")


def _html(text: str) -> str:
    """Any text, as HTML that only shows it, for a line on which Markdown is not read."""
    return _apart(html.escape(clean(text), quote=False))


def _code(text: str, *, cell: bool = False) -> str:
    """Any text as code: between more backticks than it has in a row. In a table a bar is still the end of a cell."""
    said = clean(text)
    ticks = "`" * (_longest(said) + 1)
    blank = " " if said[:1] in ("`", " ") or said[-1:] in ("`", " ") else ""
    shown = said.replace("|", "\\|") if cell else said
    return f"{ticks}{blank}{shown}{blank}{ticks}" if said.strip() else _text(said)


def _longest(text: str) -> int:
    return max((len(one) for one in re.findall("`+", text)), default=0)


def _fenced(lines: Iterable[str]) -> str:
    cleaned = [clean(line) for line in lines]
    fence = "`" * max(3, _longest("\n".join(cleaned)) + 1)
    return "\n".join([f"{fence}text", *cleaned, fence])


def _inline(inline: Inline, *, cell: bool = False) -> str:
    """The text with its styles. What has none is one text: a meaning can lie across the place where two pieces meet."""
    parts: list[str] = []
    unstyled = ""
    for run in _marked(inline):
        if not run.style:
            unstyled = unstyled + run.text if parts or unstyled else run.text.lstrip()
            continue
        parts += [_text(unstyled), _code(run.text, cell=cell) if run.style == "code" else f"**{_text(run.text)}**"]
        unstyled = ""
    return "".join([*parts, _text(unstyled)]).strip()


def _marked(inline: Inline) -> Iterator[Run]:
    """The runs as `code`, as `strong`, or without a style.

    Strong is what blanks stand around alone: else Markdown might not see where it begins or ends.
    """
    pieces = [Run(clean(one.text), one.style) for one in runs(inline)]
    for number, (said, style) in enumerate(pieces):
        before = pieces[number - 1].text if number else " "
        after = pieces[number + 1].text if number + 1 < len(pieces) else " "
        apart = before[-1:].isspace() and after[:1].isspace() and said == said.strip()
        yield Run(said, "code" if style == "code" else "strong" if style in BOLD and apart and said else "")


def _summary(inline: Inline) -> str:
    tags = dict.fromkeys(BOLD, "strong") | {"code": "code"}
    parts = []
    for run in runs(inline):
        tag = tags.get(run.style)
        parts.append(f"<{tag}>{_html(run.text)}</{tag}>" if tag else _html(run.text))
    return "".join(parts)


def _table(table: Table) -> str:
    rows = [" | ".join(_inline(cell, cell=True) for cell in row) for row in table.rows]
    head = " | ".join(map(_text, table.head))
    return "\n".join(f"| {row} |" for row in (head, " | ".join("---" for _ in table.head), *rows))


def _drawn(node: Node, stem: str = "", turn: str = "") -> Iterator[str]:
    """A node and what hangs from it, as a terminal draws it."""
    yield stem + turn + plain(node.text)
    stem += {"": "", UNICODE.branch: UNICODE.down, UNICODE.last: "  "}[turn]
    for number, child in enumerate(node.below, 1):
        yield from _drawn(child, stem, UNICODE.last if number == len(node.below) else UNICODE.branch)
