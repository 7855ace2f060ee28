"""The page of a finding on a terminal: the little Markdown that our pages are written in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wontload.report.layout import Line, Span, draw, flow, span, words
from wontload.report.screen import Terminal

READABLE = 88  # columns: longer lines of prose are hard to follow
INLINE = re.compile(r"`([^`]+)`|\*{1,2}([^*]+)\*{1,2}|\[([^\]]+)\]\(([^)]+)\)")
HEADING = re.compile(r"(#{1,6})\s+(.*)")
ITEM = re.compile(r"(\s*)([-*]|\d+\.)\s+(.*)")
COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)


def render_page(markdown_text: str, terminal: Terminal) -> str:
    """Headings, paragraphs, lists, tables and code, wrapped. What else there is stays as it is written."""
    lines: list[Line] = []
    for block in blocks_of(COMMENT.sub("", markdown_text)):
        heading = block[0].startswith("#")
        if lines:
            lines.append([])
        if heading and not block[0].startswith("# ") and len(lines) > 2:
            lines += [] if not lines[-1] else [[]]
        lines += _rendered(block, terminal)
    return draw(lines, terminal)


def blocks_of(text: str) -> Iterator[list[str]]:
    """Runs of lines between blank ones. A heading, and a fenced piece of code, is a block by itself."""
    block: list[str] = []
    fenced = False
    for line in text.splitlines():
        fence = line.lstrip().startswith("```")
        if block and not fenced and (fence or not line.strip() or HEADING.match(line) or HEADING.match(block[0])):
            yield block
            block = []
        if fence:
            fenced = not fenced
        if line.strip() or fenced:
            block.append(line)
        if block and fence and not fenced:
            yield block
            block = []
    if block:
        yield block


def _rendered(block: list[str], terminal: Terminal) -> Iterator[Line]:
    width = min(terminal.width, READABLE)
    if heading := HEADING.match(block[0]):
        yield from flow(words(heading[2], "note" if len(heading[1]) == 1 else "strong"), width)
    elif block[0].lstrip().startswith("```"):
        for line in block[1:-1]:
            yield from flow([span(line)], terminal.width, [Span("    ")], 4)
    elif block[0].startswith(("    ", "|")):
        yield from ([Span("  "), Span(line.rstrip())] for line in block)
    elif ITEM.match(block[0]):
        for item in items_of(block):
            yield from _item(item, width, terminal)
    else:
        yield from flow(_prose(" ".join(line.strip() for line in block)), width, [Span("  ")], 2)


def items_of(block: list[str]) -> Iterator[str]:
    """The items of a list, each on one line again."""
    item = block[0]
    for line in block[1:]:
        if ITEM.match(line):
            yield item
            item = line
        else:
            item += f" {line.strip()}"
    yield item


def _item(item: str, width: int, terminal: Terminal) -> list[Line]:
    match = ITEM.match(item)
    assert match is not None
    mark = terminal.glyphs.bullet if match[2] in "-*" else match[2]
    start = Span(f"  {' ' * min(len(match[1]), 8)}{mark} ", "dim")
    return flow(_prose(match[3]), width, [start], len(start.text))


def _prose(text: str) -> list[Span]:
    """Words, with code and emphasis marked by style; punctuation stays with the word before it."""
    atoms: list[Span] = []
    end = 0
    for match in INLINE.finditer(text):
        _append(atoms, text[end : match.start()], "")
        if match[1]:
            _append(atoms, match[1], "strong")
        elif match[2]:
            _append(atoms, match[2], "strong")
        else:
            _append(atoms, match[3] if match[3] == match[4] else f"{match[3]} ({match[4]})", "")
        end = match.end()
    _append(atoms, text[end:], "")
    return [atom for atom in atoms if atom.text]


def _append(atoms: list[Span], text: str, style: str) -> None:
    """Add the words of `text`; its first stays with the last one where no blank stands between them."""
    joined = bool(atoms) and atoms[-1].text != "" and not text[:1].isspace()
    for number, atom in enumerate(words(text, style)):
        if number == 0 and joined and not atom.text[0].isalnum():
            atoms[-1] = atoms[-1]._replace(text=atoms[-1].text + atom.text)  # punctuation never begins a line
        else:
            atoms.append(atom._replace(glue="") if number == 0 and joined else atom)
    if text[-1:].isspace():
        atoms.append(Span(""))  # a blank is due: the next words are not glued to these
