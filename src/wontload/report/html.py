"""A document as one self-contained HTML page: no script, nothing fetched, every text escaped in `_text` alone.

The page forbids itself everything but its own style sheet (Content Security Policy Level 3, W3C), so that a text that
slipped through could do nothing either. Trees are `<details>`, which the keyboard opens and closes by itself.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable, Sequence
from importlib.resources import files

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
    Section,
    Table,
    Tree,
    plain,
    runs,
)
from wontload.report.text import clean

STYLE_SHEET = "page.css"
DEEPEST_HEADING = 6
TAGS = {"strong": "strong", "code": "code"}  # styles that have an element of their own; the others are classes


def render_html(document: Document) -> str:
    """The page. Write it as UTF-8, with `backslashreplace` for what no encoding takes."""
    style = files("wontload.report").joinpath(STYLE_SHEET).read_text(encoding="utf-8")
    title = _text(f"{document.subject} · wontload")
    head = (
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>{style}</style>"
    )
    body = (
        '<a class="skip" href="#report">To the report</a>\n'
        f"<header>\n<h1>{_inline(document.title)}</h1>\n{_blocks(document.about, 2)}</header>\n"
        f'{_contents(document.sections)}<main id="report">\n{_sections(document.sections)}</main>\n'
        f"<footer>\n{''.join(_element('p', _inline(one)) for one in document.notes)}"
        f"{_element('p', _text(f'Made by wontload {__version__}.'))}</footer>"
    )
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _text(text: str) -> str:
    """Any text, as characters that only show: the one place where text of a machine becomes HTML."""
    return html.escape(clean(text), quote=True)


def _inline(inline: Inline) -> str:
    return "".join(_styled(run.text, run.style) for run in runs(inline))


def _styled(text: str, style: str) -> str:
    if not style:
        return _text(text)
    if tag := TAGS.get(style):
        return f"<{tag}>{_text(text)}</{tag}>"
    return f'<span class="{style}">{_text(text)}</span>'


def _element(tag: str, content: str, attributes: str = "") -> str:
    """An element of ours; both names and attributes are this module's own."""
    return f"<{tag}{attributes and ' '}{attributes}>{content}</{tag}>\n"


def _contents(sections: Sequence[Section]) -> str:
    if len(sections) < 2:
        return ""
    links = (f'<li><a href="#s{n}">{_text(plain(one.title))}</a></li>\n' for n, one in enumerate(sections, 1))
    return f'<nav aria-label="Contents">\n<ul>\n{"".join(links)}</ul>\n</nav>\n'


def _sections(sections: Sequence[Section]) -> str:
    return "".join(_section(one, 2, f"s{number}") for number, one in enumerate(sections, 1))


def _section(section: Section, level: int, key: str = "") -> str:
    heading = f"h{min(level, DEEPEST_HEADING)}"
    title = _element(heading, _inline(section.title), f'id="{key}"' if key else "")
    label = f'aria-labelledby="{key}"' if key else ""
    return _element("section", f"\n{title}{_blocks(section.blocks, level + 1)}", label)


def _blocks(blocks: Iterable[Block], level: int) -> str:
    return "".join(_block(one, level) for one in blocks)


def _block(block: Block, level: int) -> str:
    if isinstance(block, Section):
        return _section(block, level)
    if isinstance(block, Details):
        return _folding(_inline(block.summary), _blocks(block.blocks, level), block.open, 'class="more"')
    if isinstance(block, Tree):
        nodes = "".join(_node(one, block.folds) for one in block.nodes)
        return _element("ul", f"\n{nodes}", f'class="{"tree" if block.folds else "chain"}"')
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Rows):
        return _rows(block)
    if isinstance(block, Items):
        items = "".join(_element("li", _inline(one)) for one in block.items)
        return _element("ol" if block.ordered else "ul", f"\n{items}")
    if isinstance(block, Code):
        lines = "\n".join(map(_text, block.text.splitlines()))
        return _element("pre", f"<code>{lines}</code>")
    assert isinstance(block, Paragraph)
    return _element("p", _inline(block.text))


def _folding(summary: str, content: str, is_open: bool, attributes: str = "") -> str:
    shown = f"{attributes} open" if is_open else attributes
    return _element("details", f"\n<summary>{summary}</summary>\n{content}", shown.strip())


def _node(node: Node, folds: bool) -> str:
    text = _inline(node.text)
    if not node.below:
        return _element("li", text)
    below = _element("ul", "\n" + "".join(_node(one, folds) for one in node.below))
    return _element("li", f"\n{_folding(text, below, node.open)}" if folds else f"{text}\n{below}")


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{_text(one)}</th>' for one in table.head)
    rows = "".join(
        _element("tr", f'<th scope="row">{_inline(first)}</th>' + "".join(f"<td>{_inline(one)}</td>" for one in rest))
        for first, *rest in table.rows
    )
    caption = _element("caption", _text(table.caption))
    return _element("table", f"\n{caption}<thead>\n<tr>{head}</tr>\n</thead>\n<tbody>\n{rows}</tbody>\n")


def _rows(rows: Rows) -> str:
    """A description list: each label with all that stands under it."""
    groups: list[tuple[str, str]] = []
    for label, inline in rows.rows:
        said = _element("dd", _inline(inline))
        if label or not groups:
            groups.append((label, said))
        else:
            groups[-1] = (groups[-1][0], groups[-1][1] + said)
    parts = (_element("div", f"\n{_element('dt', _text(label))}{said}") for label, said in groups)
    return _element("dl", "\n" + "".join(parts))
