"""Text that would drive a terminal, and streams that cannot take what they are given."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.diagnoses import DIAGNOSES
from wontload.report.page import render_page
from wontload.report.screen import Terminal, write
from wontload.report.text import cells, clean, cut, shorten
from wontload.report.tree import render_tree
from wontload.report.why import render_why

OBEYED = "\x1b\x07\x9b\x00\x7f\u202e\u2066\u2069\u200f\u2028"
ENCODINGS = ["cp1252", "cp936", "cp437", "cp932", "ascii", "utf-8", "utf-16"]


@given(st.text(st.characters()))
def test_clean_text_drives_no_terminal(text):
    cleaned = clean(text)
    assert not any(one in cleaned for one in OBEYED)
    assert not any(unicodedata.category(one) == "Cc" for one in cleaned)
    assert clean(cleaned) == cleaned


def test_clean_text_keeps_what_people_write():
    assert clean("C:\\Users\\Zoë\\データ\\a\tb") == "C:\\Users\\Zoë\\データ\\a b"


@pytest.mark.parametrize("unicode", [True, False])
def test_nothing_of_a_hostile_diagnosis_is_obeyed(unicode):
    terminal = Terminal(unicode=unicode)
    diagnosis = DIAGNOSES["hostile"]
    result = diagnosis.loads[0].simulated
    assert result is not None
    page = render_page("# a\x1b[2J\n\n- \u202eitem\n\n```\n\x1b]0;x\x07\n```\n\n| \x9b31m |\n", terminal)
    text = render_why(diagnosis, terminal) + render_tree([(diagnosis.target, result)], terminal) + page
    assert not any(one in text for one in OBEYED)
    assert "\r" not in text


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", DIAGNOSES)
def test_every_stream_takes_every_report(name, encoding):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    write(stream, render_why(DIAGNOSES[name], Terminal.of(stream)))
    stream.flush()
    assert DIAGNOSES[name].verdict == "undetermined" or b"load" in raw.getvalue().replace(b"\0", b"")


def test_what_a_code_page_lacks_is_escaped_and_what_it_has_is_kept():
    written = {}
    for encoding in ("cp1252", "cp936"):
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
        write(stream, "C:\\Zoë\\编译\\Ω … › ✗ can’t \udc80")
        stream.flush()
        written[encoding] = raw.getvalue().decode(encoding)
    assert written["cp1252"] == "C:\\Zoë\\\\u7f16\\u8bd1\\\\u03a9 … › x can’t \\udc80"
    assert written["cp936"] == "C:\\Zo\\xeb\\编译\\Ω … > x can’t \\udc80"


def test_a_stream_without_a_known_encoding_gets_ascii():
    class Odd(io.StringIO):
        encoding = "no-such-encoding"

    stream = Odd()
    write(stream, "✗ ë")
    assert stream.getvalue() == "x \\xeb"


@given(st.text(), st.integers(1, 40))
def test_cutting_loses_nothing(text, width):
    taken, rest = cut(text, width)
    assert taken + rest == text
    assert cells(taken) <= width or len(taken) == 1
    assert bool(taken) == bool(text)


@given(st.text(), st.integers(8, 60))
def test_shortened_text_is_within_its_limit(text, limit):
    assert len(shorten(text, limit)) <= limit
    assert shorten(text, limit) == text or len(text) > limit
