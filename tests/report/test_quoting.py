"""A word of a command as a person types it: read back by the shell, it is the text again."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from wontload.diagnosis.commands import program, typed
from wontload.machine.redaction import Redaction
from wontload.report.layout import flow, prose, to_type, words
from wontload.report.quoting import asked_again

TEXTS = ["/opt/venv/bin/python3.11", "my box.json", "it's $HOME", "a;b&c", "~/x", "\u00e9t\u00e9/python", 'a"b', "*"]


@pytest.mark.skipif(shutil.which("sh") is None, reason="no POSIX shell here")
@pytest.mark.parametrize("text", TEXTS)
def test_the_shell_reads_the_text_again(text: str):
    script = f"printf %s {typed(text, windows=False)}"
    assert subprocess.run(["sh", "-c", script], check=True, capture_output=True).stdout.decode() == text


def test_quotes_stand_only_where_they_are_needed():
    assert typed("/opt/venv-3.11", windows=False) == "/opt/venv-3.11"
    assert typed(r"C:\venv\python.exe", windows=True) == r"C:\venv\python.exe"
    assert typed(r"C:\Program Files\x.json", windows=True) == r'"C:\Program Files\x.json"'


def test_a_program_of_windows_is_spelled_for_both_of_its_shells():
    assert program(r"C:\Program Files\Python\python.exe", windows=True) == r'C:\"Program Files\Python\python.exe"'
    assert program(r"C:\venv\python.exe", windows=True) == r"C:\venv\python.exe"
    assert program("/opt/my venv/python", windows=False) == "'/opt/my venv/python'"


@pytest.mark.parametrize("name", ["zaphodb", "Zaphod Beeble", "o'hara"])
@pytest.mark.parametrize(("windows", "home"), [(True, "C:\\Users\\{}\\python.exe"), (False, "/home/{}/python")])
def test_a_command_that_is_redacted_is_the_command_about_the_redacted_machine(name: str, windows: bool, home: str):
    redaction = Redaction(windows=windows, names={name: "user"})
    path = home.format(name)
    assert redaction.text(typed(path, windows=windows)) == typed(redaction.text(path), windows=windows)


def test_a_command_is_never_cut_or_broken():
    said = to_type("wontload fix x --python '/" + "a long name/" * 40 + "python'")
    lines = flow([*words("Run"), said, *words("to apply it.")], 80)
    assert said.text in ["".join(one.text for one in line) for line in lines]


LONG = "/opt/venv/bin/python -m pip install --force-reinstall pkg"


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("It is gone: `pip list` (or `x y`) tells.", ["It is gone: `pip list` (or `x y`) tells."]),
        (f"It is gone: `{LONG}`.", ["It is gone:", LONG]),
        (f"`{LONG}`, and then `pip list`.", [LONG, "and then `pip list`."]),
    ],
)
def test_a_long_command_of_a_sentence_has_a_line_to_itself(sentence: str, said: list[str]):
    assert ["".join(one.text for one in line).strip() for line in flow(prose(sentence), 50)] == said


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Give it longer: `wontload x --timeout 9`.", "Give it longer: `wontload x --timeout 9 --python p`."),
        (
            "`wontload pick a` and `wontload build b` tell.",
            "`wontload pick a --python p` and `wontload build b --python p` tell.",
        ),
        (
            "`wontload explain WL101`, `wontload undo 7`, `pip list`",
            "`wontload explain WL101`, `wontload undo 7`, `pip list`",
        ),
    ],
)
def test_commands_in_a_sentence_are_about_the_same_python(sentence: str, said: str):
    assert asked_again(sentence, " --python p") == said
    assert asked_again(sentence, "") == sentence
