"""Formats of reports, and where they go: standard output in UTF-8, or a file, written in one go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli import wontload
from wontload.cli.options import COMMANDS, FURTHER_FORMATS
from wontload.report import markdown

EXAMPLE = Path(__file__).parents[2] / "examples" / "rtx4070super.json"
CASE = ("llama_cpp", "--machine", str(EXAMPLE))


def test_every_further_format_belongs_to_a_command_that_names_it_in_its_help(command):
    assert set(FURTHER_FORMATS) <= set(COMMANDS)
    for name, formats in FURTHER_FORMATS.items():
        said = " ".join(command(name, "--help").out.split())
        assert f"how to answer: terminal, json, {', '.join(formats)}" in said
    assert "how to answer: terminal, json --json" in " ".join(command("explain", "--help").out.split())


@pytest.mark.parametrize("format_name", ["html", "markdown"])
@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-16"])
def test_standard_output_gets_utf_8_whatever_it_is_set_to(encoding: str, format_name: str):
    ran = wontload(*CASE, "--format", format_name, PYTHONIOENCODING=encoding)
    assert (ran.status, ran.err) == (1, "")
    assert ran.out.startswith("<!DOCTYPE html>" if format_name == "html" else "## **llama_cpp** **won't load**")
    assert "✗" in ran.out
    assert "\ufffd" not in ran.out


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        (["-o", "report.html"], "<!DOCTYPE html>"),
        (["-o", "REPORT.HTM"], "<!DOCTYPE html>"),
        (["-o", "report.md"], "## **llama_cpp**"),
        (["-o", "report.json"], "{\n"),
        (["-o", "report.txt"], "llama_cpp won't load"),
        (["-o", "report"], "llama_cpp won't load"),
        (["-o", "report.html", "--json"], "{\n"),
        (["--format", "markdown", "-o", "report.html"], "## **llama_cpp**"),
        (["--format", "html", "-o", "report.md"], "<!DOCTYPE html>"),
    ],
)
def test_the_name_of_the_file_tells_the_format_unless_it_is_given(command, alone: Path, arguments, begins: str):
    ran = command(*CASE, *arguments)
    (written,) = alone.iterdir()
    assert (ran.status, ran.out) == (1, "")
    assert written.read_text(encoding="utf-8").startswith(begins)
    assert ran.err == f"wontload: {written.name} written, {max(1, written.stat().st_size // 1000)} kB.\n"


@pytest.mark.parametrize(
    ("arguments", "endings"),
    [
        ((*CASE, "-o", "r.pdf"), ".txt, .json, .html, .md;"),
        (("doctor", "-o", "report.v2"), ".txt, .json, .html, .md;"),
        (("check", "x.whl", "-o", "r.xml"), ".txt, .json, .sarif, .html, .md;"),
    ],
)
def test_an_ending_that_no_format_has_is_refused_before_anything_is_done(command, alone: Path, arguments, endings):
    ran = command(*arguments)
    assert (ran.status, ran.out, list(alone.iterdir())) == (2, "", [])
    assert f"There are {endings}" in ran.err


@pytest.mark.parametrize("format_first", [True, False])
def test_with_a_format_any_name_will_do(command, alone: Path, format_first: bool):
    given = ["--json", "-o", "r.pdf"] if format_first else ["-o", "r.pdf", "--json"]
    assert command(*CASE, *given).status == 1
    assert (alone / "r.pdf").read_text(encoding="utf-8").startswith("{\n")


def test_a_file_is_replaced_and_has_no_colour(command, alone: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    (alone / "report").write_text("old")
    assert command(*CASE, "-o", "report", "-q").err == ""
    assert "\x1b" not in (alone / "report").read_text(encoding="utf-8")
    assert "old" not in (alone / "report").read_text(encoding="utf-8")


def test_a_bar_is_standard_output(command, alone: Path):
    assert command(*CASE, "--json", "-o", "-").json["verdict"] == "fails"
    assert list(alone.iterdir()) == []


@pytest.mark.parametrize("place", ["nowhere/report.html", "."])
def test_what_cannot_be_written_is_an_error_with_a_next_step(command, place: str):
    ran = command(*CASE, "-o", place)
    assert (ran.status, ran.out) == (4, "")
    assert "file" in ran.err.lower()


@pytest.mark.parametrize("format_name", ["html", "markdown", "json"])
def test_trees_and_the_whole_computer_have_the_same_formats(command, alone: Path, format_name: str):
    library = alone / "lib<b>x.so"
    library.write_bytes(b"not a library")
    for arguments in (["tree", library.name], ["doctor", "--machine", str(EXAMPLE)]):
        terminal, ran = command(*arguments), command(*arguments, "--format", format_name)
        assert (ran.status, ran.err) == (terminal.status, "")
        begins = {"html": "<!DOCTYPE html>", "markdown": "## ", "json": "{\n"}
        assert ran.out.startswith(begins[format_name])
        assert format_name == "json" or "<b>" not in ran.out
    assert command("tree", library.name, "-o", "tree.json").status == 1
    assert json.loads((alone / "tree.json").read_text())["schema"] == "wontload.tree/1"


def test_what_github_would_not_take_is_said_to_be_too_long(command, monkeypatch: pytest.MonkeyPatch):
    assert command(*CASE, "--format", "markdown").err == ""
    monkeypatch.setattr(markdown, "LONGEST_BODY", 5000)
    assert (
        "longer than the 5000 characters of a GitHub issue: attach it"
        in command(*CASE, "-o", "-", "--format", "markdown").err
    )
