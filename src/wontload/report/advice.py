"""The remedies in circulation and whether each would work here, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wontload.diagnosis.commands import typed_here
from wontload.remedy.advice import JudgedAdvice
from wontload.report.layout import Line, Span, draw, flow, prose, to_type, words
from wontload.report.quoting import asked_again
from wontload.report.screen import Terminal
from wontload.report.text import cells, counted

WOULD_WORK = {True: ("would work", "good"), False: ("would not", "bad"), None: ("not known", "warning")}
VERDICT = max(cells(text) for text, _ in WOULD_WORK.values()) + 2
WIDEST_TITLE, LEAST_WHY = 46, 34  # columns


def render_advice(advice: Sequence[JudgedAdvice], terminal: Terminal) -> str:
    """A table: advice, would it work here, why. What works comes first, then what is not known."""
    if not advice:
        return ""
    rows = in_order(advice)
    title = min(max(cells(one.title) for one in advice) + 2, WIDEST_TITLE, terminal.width - VERDICT - LEAST_WHY)
    lines: list[Line] = [[]]
    if title < WIDEST_TITLE // 2:
        return draw([*lines, *(line for one in rows for line in _stacked(one, terminal))], terminal)
    head = f"{'advice':<{title}}{'would it':<{VERDICT}}why"
    lines.append([Span(head, "strong")])
    return draw([*lines, *(line for one in rows for line in _row(one, title, terminal))], terminal)


def in_order(advice: Sequence[JudgedAdvice]) -> list[JudgedAdvice]:
    """What works first, then what is not known."""
    order = (True, None, False)
    return sorted(advice, key=lambda one: order.index(one.works_here))


def advice_line(advice: Sequence[JudgedAdvice], target: str, terminal: Terminal) -> Iterator[Line]:
    """One line in a report: how much of the advice would work, and how to see it."""
    if not advice:
        return
    yield []
    yield from flow(
        [
            *words(f"{summary_of(advice)}:"),
            to_type(f"wontload {typed_here(target)} --advice{terminal.about}", "strong"),
        ],
        terminal.width,
    )


def summary_of(advice: Sequence[JudgedAdvice]) -> str:
    """How much of it would work; where nothing surely would, how much of it is not known."""
    working = sum(one.works_here is True for one in advice)
    not_known = sum(one.works_here is None for one in advice)
    found = f"{working or 'none'} would work here"
    if not working and not_known:
        found = f"none is sure to work here, and {not_known} cannot be judged beforehand"
    return f"Of {counted(len(advice), 'remedy')} that people give for this, {found}"


def _row(one: JudgedAdvice, title: int, terminal: Terminal) -> Iterator[Line]:
    """The title in its column, which may take several lines, beside the verdict and the reason in theirs."""
    text, style = WOULD_WORK[one.works_here]
    left = flow(words(one.title), title - 2)
    right = flow(prose(asked_again(one.why, terminal.about)), terminal.width - title - VERDICT)
    for number in range(max(len(left), len(right))):
        first = "".join(piece.text for piece in left[number]) if number < len(left) else ""
        verdict = text if number == 0 else ""
        rest = right[number] if number < len(right) else []
        yield [Span(first + " " * (title - cells(first))), Span(verdict.ljust(VERDICT), style), *rest]


def _stacked(one: JudgedAdvice, terminal: Terminal) -> Iterator[Line]:
    """For a narrow terminal: one below the other."""
    text, style = WOULD_WORK[one.works_here]
    yield from flow([*words(one.title, "strong"), Span(f"({text})", style)], terminal.width)
    yield from flow(prose(asked_again(one.why, terminal.about)), terminal.width, [Span("    ")], 4)
