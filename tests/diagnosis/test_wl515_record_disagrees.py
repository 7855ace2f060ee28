"""WL515: RECORD does not describe what is in the wheel."""

from __future__ import annotations

import pytest

from tests.support.contents import INFO, codes, contents
from wontload.diagnosis.contents import Row
from wontload.diagnosis.rules.wl515_record_disagrees import record_disagrees

TAG = "py3-none-any"
SOUND = contents(TAG)
ROWS = SOUND.record or ()


def test_a_sound_record_says_nothing():
    assert list(record_disagrees(SOUND)) == []


def test_the_row_of_record_itself_may_be_written_as_windows_writes_paths():
    own = Row(f"{INFO}\\RECORD", "", "", None)
    assert list(record_disagrees(contents(TAG, record=(*ROWS[:-1], own)))) == []


def test_no_record_at_all():
    assert codes(list(record_disagrees(contents(TAG, record=None)))) == ["WL515 error"]


@pytest.mark.parametrize(
    ("rows", "subject", "words"),
    [
        ([*ROWS, Row("demo/gone.py", "sha256", "00", 1)], "demo/gone.py", "not in the wheel"),
        (ROWS[1:], f"{INFO}/METADATA", "not listed"),
        ([*ROWS, ROWS[0]], f"{INFO}/METADATA", "listed twice"),
        ([Row(f"{INFO}/METADATA", "", "", 10), *ROWS[1:]], f"{INFO}/METADATA", "without a hash"),
        ([Row(f"{INFO}/METADATA", "sha256", "00", 11), *ROWS[1:]], f"{INFO}/METADATA", "RECORD says 11"),
    ],
)
def test_what_is_wrong_is_told_of_each_file(rows: list[Row], subject: str, words: str):
    (found,) = record_disagrees(contents(TAG, record=tuple(rows)))
    assert (found.subject, words in found.evidence[0].text) == (subject, True)


def test_hashes_are_compared_where_they_were_worked_out():
    assert codes(list(record_disagrees(contents(TAG, digest=lambda name: "11")))) == ["WL515 error"]
    assert list(record_disagrees(contents(TAG, digest=lambda name: "00"))) == []
    assert list(record_disagrees(contents(TAG, digest=lambda name: None))) == []


def test_a_weak_hash_is_a_warning():
    rows = (Row(f"{INFO}/METADATA", "md5", "00", 10), *ROWS[1:])
    assert codes(list(record_disagrees(contents(TAG, record=rows)))) == ["WL515 warning"]


def test_a_right_hash_in_hexadecimal_is_a_warning_and_no_other_file():
    rows = (Row(f"{INFO}/METADATA", "sha256", "00", 10, True), *ROWS[1:])
    (found,) = record_disagrees(contents(TAG, record=rows, digest=lambda name: "00"))
    assert (found.severity.value, found.also) == ("warning", ())
    assert found.evidence[0].text.endswith("METADATA: its hash is written in hexadecimal, and is the file's")
    (unread,) = record_disagrees(contents(TAG, record=rows, digest=lambda name: None))
    assert unread.evidence[0].text.endswith("its hash is written in hexadecimal")


def test_a_wrong_hash_in_hexadecimal_is_another_file():
    rows = (Row(f"{INFO}/METADATA", "sha256", "00", 10, True), *ROWS[1:])
    digest = lambda name: "11" if name.endswith("METADATA") else "00"  # noqa: E731
    assert codes(list(record_disagrees(contents(TAG, record=rows, digest=digest)))) == ["WL515 error"]
