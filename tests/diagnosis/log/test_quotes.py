"""What a report quotes of a line: the line, or of a long one what is around the message, from word to word."""

from __future__ import annotations

import pytest

from wontload.diagnosis.log.events import LONGEST_SHOWN, _shown
from wontload.diagnosis.log.text import numbered


@pytest.mark.parametrize(("before", "after"), [(0, 200), (200, 0), (200, 200), (3, 3), (0, 0)])
def test_a_long_line_is_cut_between_words_and_shows_that_it_goes_on(before: int, after: int):
    line = "one two " * before + "nvcc fatal: unsupported compiler" + " three four" * after
    shown = _shown(numbered(f"first\n{line}\nlast"), len("first\n") + line.index("fatal"))
    assert "nvcc fatal: unsupported compiler" in shown
    assert len(shown) <= LONGEST_SHOWN + 4
    kept = shown.removeprefix("… ").removesuffix(" …")
    assert kept in line
    assert set(kept.split()) <= set(line.split())
    assert (shown.startswith("… "), shown.endswith(" …")) == (before == 200, after == 200)


def test_a_line_without_blanks_is_cut_all_the_same():
    line = "x" * 5000 + "fatal" + "y" * 5000
    shown = _shown(numbered(line), 5000)
    assert "fatal" in shown
    assert len(shown) <= LONGEST_SHOWN + 4
