"""The table of advice, and the line about it in a report."""

from __future__ import annotations

import pytest

from wontload.diagnosis.rules.wl801_unhelpful_advice import JudgedAdvice
from wontload.report.advice import advice_line, render_advice, summary_of
from wontload.report.layout import draw
from wontload.report.screen import Terminal

ADVICE = (
    JudgedAdvice(id="a", title="reinstall everything there is and then some more of it", works_here=False, why="No."),
    JudgedAdvice(id="b", title="add it to PATH", works_here=True, why="\x1b[31mcudart64_12.dll is then found."),
    JudgedAdvice(id="c", title="use conda", works_here=None, why="It would be another build " * 6 + "."),
)


def test_what_works_comes_first_in_three_columns():
    lines = render_advice(ADVICE, Terminal(width=100)).splitlines()
    assert lines[1].split() == ["advice", "would", "it", "why"]
    assert lines[2].startswith("add it to PATH")
    assert "would work  [31mcudart64_12.dll is then found." in lines[2]
    order = [next(i for i, line in enumerate(lines) if line.startswith(word)) for word in ("add", "use", "reinstall")]
    assert order == sorted(order)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_it_fits_and_no_escape_gets_through(width: int):
    text = render_advice(ADVICE, Terminal(width=width))
    assert all(len(line) <= width for line in text.splitlines())
    assert "\x1b" not in text
    for one in ADVICE:
        assert one.title.split()[0] in text


def test_one_line_in_the_report():
    text = draw(advice_line(ADVICE, "pkg", Terminal(width=100)), Terminal(width=100))
    assert text == "\nOf 3 remedies that people give for this, 1 would work here: wontload pkg --advice\n"
    assert not list(advice_line((), "pkg", Terminal()))


def test_what_nobody_can_tell_is_not_said_to_be_useless():
    failing = [one for one in ADVICE if one.works_here is False]
    unknown = [one for one in ADVICE if one.works_here is None]
    assert summary_of(failing).endswith(", none would work here")
    told = f"none is sure to work here, and {len(unknown)} cannot be judged beforehand"
    assert unknown
    assert summary_of([*failing, *unknown]).endswith(told)


def test_a_command_in_a_reason_stays_whole_and_asks_about_the_same_machine():
    why = "what it needs is not known: `wontload build odd-package` builds a wheel."
    built = JudgedAdvice(id="d", title="build it", works_here=None, why=why)
    for width in (40, 60, 80, 120):
        text = render_advice((built,), Terminal(width=width, about=" --machine box.json"))
        assert "wontload build odd-package --machine box.json" in text
