"""Hostile text: long, without line ends, full of almost-matches and of what a terminal obeys."""

from __future__ import annotations

import io
import re

import pytest

from tests.support.logs import read
from tests.support.schemas import check
from wontload.app.log import log
from wontload.diagnosis.log.reading import HEAD_BYTES, MOST_BYTES
from wontload.knowledge.messages import BLANK, messages, messages_of
from wontload.report.as_json import log_to_json
from wontload.report.log import render_log
from wontload.report.screen import Terminal

SIZE = 400_000
PIECES = {
    "one long word": "a",
    "slashes": "/a",
    "colons": "a: ",
    "quotes": "'\"",
    "brackets": "([",
    "blanks": " ",
    "lines": "\n",
    "needles": "cannot open shared object file ",
    "almost": "x: cannot open shared object file: No such file or directorx ",
    "undefined symbols": "undefined symbol: ",
    "DLLs": "odd.dll error ",
    "numbers": "[WinError 12",
    "triggers": "DLL load failed \u00e9",
    "flags": "Manually-specified variables were not used by the project: AAA ",
    "escapes": "\x1b[31m\x1b]0;",
    "entities": "&lt;&#",
    "loaders": "Library not loaded: /a Reason: ",
    "symbols": "Symbol not found: a Expected in: ",
    "prefixes": "> > > ",
}


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.timeout(60)
def test_long_text_is_read_in_time(piece):
    unit = PIECES[piece]
    answer = read(unit * (SIZE // len(unit)))
    assert answer.findings
    check(log_to_json(answer))


@pytest.mark.timeout(60)
def test_every_message_again_and_again():
    text = " ".join(needle for message in (*messages(), *messages_of("hints")) for needle in message.needles) * 40
    assert read(text).findings


@pytest.mark.timeout(60)
def test_every_hint_again_and_again():
    pieces = [needle for message in messages_of("hints") for needle in message.needles]
    assert read(" ".join(["libodd.so.1 does not", *pieces]) * 400).findings


def test_patterns_have_no_repetition_without_a_bound():
    """A bound on each, and a window around the needle, keep the work for one place constant."""
    unbounded = [one.id for one in (*messages(), *messages_of("hints")) if _has_open_end(one.pattern)]
    assert unbounded == []


def _has_open_end(pattern: str) -> bool:
    """A `.*` or `.+`: over any character. Those over a narrow class end where it does."""
    without_classes = re.sub(r"\[(?:\\.|[^\]\\])*\]", "", pattern).replace("\\.", "")
    return ".*" in without_classes or ".+" in without_classes


def test_a_blank_is_bounded_too():
    assert "{1,40}" in BLANK


def test_what_a_terminal_obeys_does_not_get_through():
    evil = "\x1b[2J\x1b]0;owned\x07\u202e"
    text = f"ImportError: lib{evil}odd.so.1: cannot open shared object file: No such file or directory {evil}"
    for verbose in (False, True):
        shown = render_log(read(text), Terminal(width=80, color=False, unicode=True), verbose=verbose)
        assert all(line.isprintable() for line in shown.splitlines()), shown


def test_of_a_long_text_the_beginning_and_the_end_are_read():
    begin = b"ModuleNotFoundError: No module named 'odd'\n"
    end = b"ImportError: /a/b.so: invalid ELF header\n"
    filler = b"x" * 99 + b"\n"
    count = (MOST_BYTES + 5_000_000) // len(filler)
    answer = log(io.BytesIO(begin + filler * count + end))
    assert answer.left_out_bytes > 0
    assert (answer.verdict, answer.findings[0].code) == ("fails", "WL104")
    (line,) = [one.data["line"] for one in answer.findings[0].evidence if one.kind == "said"]
    assert line == count + 2
    assert HEAD_BYTES < MOST_BYTES


def test_bytes_that_are_no_text():
    assert read("").verdict == "undetermined"
    assert log(io.BytesIO(bytes(range(256)) * 50)).verdict == "undetermined"
