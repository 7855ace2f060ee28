"""What would turn an open question into an answer, as reports list it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wontload.report.layout import Line, Span, flow, prose
from wontload.report.quoting import asked_again
from wontload.report.screen import Terminal

HEADING = "what would settle it"


def settle_section(sentences: Sequence[str], terminal: Terminal) -> Iterator[Line]:
    """A headed list, with a blank line before it; nothing where nothing is open."""
    if not sentences:
        return
    yield []
    yield [Span(HEADING, "strong")]
    for one in sentences:
        yield from flow(
            prose(asked_again(one, terminal.about)),
            terminal.width,
            [Span(f"  {terminal.glyphs.bullet} ", "dim")],
            4,
        )
