"""What is found out about the terminal behind a stream."""

from __future__ import annotations

import io
import os

import pytest

from wontload.report.screen import Terminal


class Screen(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Pipe(io.StringIO):
    encoding = "cp1252"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("environment", "no_color", "screen", "pipe"),
    [
        ({}, False, True, False),
        ({}, True, False, False),
        ({"NO_COLOR": "1"}, False, False, False),
        ({"NO_COLOR": ""}, False, True, False),  # no-color.org: an empty value does not count
        ({"TERM": "dumb"}, False, False, False),
        ({"FORCE_COLOR": "1"}, False, True, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, False, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False, False),
        ({"FORCE_COLOR": "1"}, True, False, False),
    ],
)
def test_colour_is_for_those_who_can_and_want_to_see_it(monkeypatch, environment, no_color, screen, pipe):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Terminal.of(Screen(), no_color).color is screen
    assert Terminal.of(Pipe(), no_color).color is pipe


@pytest.mark.parametrize(("columns", "width"), [("10", 40), ("77", 77), ("900", 160)])
def test_a_screen_has_its_width_within_reason(monkeypatch, columns, width):
    monkeypatch.setenv("COLUMNS", columns)
    assert Terminal.of(Screen()).width == (width - (os.name == "nt") if columns == "77" else width)


def test_a_pipe_is_a_hundred_columns_wide_whatever_the_screen_is(monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    assert Terminal.of(Pipe()).width == 100


def test_drawing_characters_go_where_they_can_be_encoded():
    assert Terminal.of(Screen()).unicode
    assert not Terminal.of(Pipe()).unicode


def test_a_closed_stream_is_no_screen():
    stream = io.StringIO()
    stream.close()
    assert Terminal.of(stream) == Terminal(width=100, color=False, unicode=True)
