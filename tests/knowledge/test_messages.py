"""The tables of messages: rows that can be found, named once, and that speak for findings there are."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from wontload.diagnosis.log.cause import UNKNOWN
from wontload.diagnosis.log.suspects import SENTENCES
from wontload.knowledge.messages import messages, messages_of, number_meanings, words_of_windows

KINDS = set(
    "stated missing symbol runtime entry-point module compiled-name shadow other-copy incomplete architecture number "
    "summary fact".split()
)
ROWS = (*messages(), *messages_of("hints"))


def test_each_has_a_name_of_its_own():
    names = [row.id for row in ROWS]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_can_be_found(row):
    assert row.kind in KINDS
    assert all(needle == needle.lower() and len(needle) > 2 for needle in row.needles)
    named = {field for _, field, _, _ in Formatter().parse(row.title + row.why) if field}
    groups = {name.rstrip("0123456789") for name in row.expression.groupindex}
    assert named <= groups, "a title names what the pattern catches"
    assert named <= set(UNKNOWN), "and has a word for it where the text does not tell"


@pytest.mark.parametrize("row", [*ROWS, *number_meanings().values()], ids=lambda row: str(getattr(row, "id", row)))
def test_a_row_speaks_for_findings_that_can_be_named(row):
    assert all(re.fullmatch(r"WL\d{3}", code) for code in (row.code, *row.suspects))
    assert {row.code, *row.suspects} <= set(SENTENCES)
    assert row.code not in row.suspects


def test_no_words_of_windows_stand_for_two_numbers():
    words = [text for text, _ in words_of_windows()]
    assert sorted(words) == sorted(set(words))
    assert {number for _, number in words_of_windows()} <= set(number_meanings())
