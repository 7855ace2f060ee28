"""The page of a finding as blocks of a document: the little Markdown that our pages are written in."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.report.document import Block, Code, Inline, Items, Paragraph, Section
from wontload.report.layout import Span
from wontload.report.page import COMMENT, HEADING, INLINE, ITEM, blocks_of, items_of


def page_blocks(markdown_text: str) -> tuple[Block, ...]:
    """A page's sections, but for its own heading; what stands before the first of them comes first."""
    sections: list[tuple[str, list[Block]]] = [("", [])]
    for block in blocks_of(COMMENT.sub("", markdown_text)):
        heading = HEADING.match(block[0])
        if heading is None:
            sections[-1][1].extend(_blocks(block))
        elif len(heading[1]) > 1:
            sections.append((heading[2], []))
    first, *others = sections
    return (*first[1], *(Section(_prose(title), tuple(blocks)) for title, blocks in others))


def _blocks(block: list[str]) -> Iterator[Block]:
    if block[0].lstrip().startswith("```"):
        yield Code("\n".join(block[1:-1]))
    elif block[0].startswith(("    ", "|")):
        yield Code("\n".join(line.rstrip() for line in block))
    elif ITEM.match(block[0]):
        matches = [match for item in items_of(block) if (match := ITEM.match(item))]
        yield Items(tuple(_prose(one[3]) for one in matches), ordered=matches[0][2] not in "-*")
    else:
        yield Paragraph(_prose(" ".join(line.strip() for line in block)))


def _prose(text: str) -> Inline:
    """A text whose code and emphasis are marked by style; of a link both text and address are shown."""
    pieces: list[Span] = []
    end = 0
    for match in INLINE.finditer(text):
        pieces.append(Span(text[end : match.start()], "", ""))
        if match[1]:
            pieces.append(Span(match[1], "code", ""))
        elif match[2]:
            pieces.append(Span(match[2], "strong", ""))
        else:
            pieces.append(Span(match[3] if match[3] == match[4] else f"{match[3]} ({match[4]})", "", ""))
        end = match.end()
    return [*pieces, Span(text[end:], "", "")]
