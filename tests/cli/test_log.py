"""`wontload log`: where the text comes from, what is answered, and how a person is told to paste."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from tests.support.schemas import check

DECIDES = "ImportError: /opt/odd/_c.so: invalid ELF header\n"
OPEN = "OSError: [WinError 126] The specified module could not be found\n"
EMPTY = "wontload: there is no text to diagnose. Paste"


class Input(io.TextIOWrapper):
    """Standard input with something in it, and perhaps a person at it."""

    def __init__(self, text: str, *, terminal: bool) -> None:
        super().__init__(io.BytesIO(text.encode()), encoding="utf-8")
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):
    def put(text: str, *, terminal: bool = False) -> None:
        monkeypatch.setattr(sys, "stdin", Input(text, terminal=terminal))

    return put


def test_a_file_with_a_cause(command):
    Path("error.txt").write_text(DECIDES)
    ran = command("log", "error.txt")
    assert (ran.status, ran.err) == (1, "")
    assert ran.out.startswith("the text tells the cause\n")
    assert "error[WL104]: _c.so is not an ELF file" in ran.out
    assert "line 1" in ran.out
    assert ran.out.endswith("wontload explain WL104 tells the whole story.\n")


@pytest.mark.parametrize("arguments", [["log"], ["log", "-"]])
def test_standard_input(command, typed, arguments):
    typed(OPEN)
    ran = command(*arguments)
    assert (ran.status, ran.err) == (3, "")
    assert ran.out.startswith("the text alone does not decide")
    assert "what would settle it" in ran.out


def test_a_person_is_told_how_to_end(command, typed):
    typed(OPEN, terminal=True)
    ran = command("log")
    assert ran.status == 3
    assert ran.err.startswith("Paste the text here, then press Ctrl-")


def test_json_holds_to_its_schema(command, typed):
    typed(OPEN)
    answer = command("log", "--json").json
    check(answer)
    assert (answer["schema"], answer["verdict"], answer["name"]) == ("wontload.log/1", "undetermined", "-")
    assert answer["findings"][0]["severity"] == "warning"
    assert answer["would_settle"]
    assert answer["recognised"][0]["values"]["number"] == 126


def test_quiet_and_verbose(command):
    Path("error.txt").write_text(OPEN)
    assert len(command("log", "error.txt", "-q").out.splitlines()) < len(command("log", "error.txt").out.splitlines())
    verbose = command("log", "error.txt", "-v").out
    assert "recognised" in verbose
    assert "error 126" in verbose
    assert "read as utf-8" in verbose


def test_text_that_tells_nothing(command):
    Path("error.txt").write_text("hello\n")
    ran = command("log", "error.txt")
    assert ran.status == 3
    assert "note[WL903]" in ran.out


@pytest.mark.parametrize("text", ["", "\n\n  \n"])
def test_no_text(command, typed, text):
    typed(text)
    ran = command("log")
    assert (ran.status, ran.out) == (4, "")
    assert ran.err.startswith(EMPTY)


def test_a_file_that_is_not_there(complaint):
    assert "cannot read 'nothing.txt'" in complaint(4, "log", "nothing.txt")


def test_a_directory(complaint):
    assert "cannot read '.'" in complaint(4, "log", ".")


def test_the_api():
    import wontload

    assert wontload.log(io.BytesIO(DECIDES.encode())).verdict == "fails"
