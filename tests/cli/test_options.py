"""The command line itself: help, version, start-up, the pages."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.cli import wontload
from wontload import __version__
from wontload.cli.options import COMMANDS, parse
from wontload.cli.status import worst
from wontload.diagnosis.catalogue import CODES

HEAVY = {
    "dataclasses",
    "json",
    "typing",
    "inspect",
    "subprocess",
    "ctypes",
    "cattrs",
    "attrs",
    "tomllib",
    "importlib.metadata",
}


@pytest.mark.parametrize("arguments", [["--help"], ["-h"]])
def test_help_names_every_command_and_every_global_option(command, arguments: list[str]):
    ran = command(*arguments)
    assert (ran.status, ran.err) == (0, "")
    for word in (*COMMANDS, "--python", "--machine", "--format", "--json", "--offline", "--no-color", "-q", "-v"):
        assert word in ran.out
    assert "wontload TARGET" in ran.out
    assert "Exit status: 0 loads, 1 does not load, 2 wrong" in " ".join(ran.out.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["why", "--help"], ["TARGET", "--timeout", "--deep", "bare name"]),
        (["json", "--help"], ["TARGET", "--timeout"]),
        (["tree", "--help"], ["FILE", "--load-as", "--add-dir", "--env", "--at", "--jsonl", "winmode=0"]),
        (["explain", "--help"], ["WLnnn"]),
    ],
)
def test_the_help_of_a_command(command, arguments: list[str], words: list[str]):
    ran = command(*arguments)
    assert (ran.status, ran.err) == (0, "")
    assert all(word in ran.out for word in [*words, "--python", "--json"])


def test_without_arguments_the_help_is_an_error(command):
    ran = command()
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("usage: wontload TARGET")
    assert command("--json").status == 2


@pytest.mark.parametrize("arguments", [["--version"], ["why", "--version"], ["json", "--version"], ["--version", "x"]])
def test_version(command, arguments: list[str]):
    ran = command(*arguments)
    assert (ran.status, ran.out, ran.err) == (0, f"wontload {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["tree", "a", "b"], {"files": ["a", "b"], "quiet": False}),
        (["-q", "tree", "a"], {"files": ["a"], "quiet": True}),
        (["--machine", "tree", "tree", "a"], {"files": ["a"], "machine_file": "tree"}),
        (["--env", "A=tree", "tree", "a", "--env", "B="], {"env": [("A", "tree"), ("B", "")]}),
        (["tree", "a", "--add-dir", "x", "--add-dir", "y"], {"add_dir": ["x", "y"]}),
        (["x", "-qv"], {"target": "x", "quiet": True, "verbose": True}),
        (["--json", "x", "--format", "terminal"], {"target": "x", "format": "terminal"}),
        (["--no-color", "x"], {"target": "x", "color": False}),
        (["--timeout", "5", "--deep", "x"], {"target": "x", "timeout": 5.0, "deep": True}),
        (["--", "tree"], {"target": "tree"}),
        (["explain", "WL203"], {"code": "WL203"}),
        (["explain", "203"], {"code": "203"}),
        (["explain"], {"code": None}),
    ],
)
def test_options_stand_anywhere(arguments: list[str], expected: dict[str, object]):
    options = parse(arguments)
    assert {name: getattr(options, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ([], 0),
        (["loads", "degraded"], 0),
        (["loads", "undetermined"], 3),
        (["undetermined", "fails", "loads"], 1),
    ],
)
def test_the_worst_of_several_counts(verdicts: list[str], status: int):
    assert worst(verdicts) == status


class TestStart:
    @pytest.mark.parametrize("argument", ["--help", "--version"])
    def test_help_imports_what_it_prints(self, argument: str):
        code = f"import sys; before = set(sys.modules); from wontload.cli import main; main([{argument!r}])\n"
        code += "print(*(set(sys.modules) - before), file=sys.stderr)"
        done = subprocess.run([sys.executable, "-S", "-c", _on_path(code)], capture_output=True, text=True, check=True)
        imported = set(done.stderr.split())
        rooms = {name for name in imported if name.startswith("wontload.")}
        assert {name.split(".")[1] for name in rooms} <= {"cli", "errors", "_version"}
        assert not imported & HEAVY

    def test_the_package_alone_imports_nothing(self):
        code = "import sys; before = set(sys.modules); import wontload; print(*(set(sys.modules) - before))"
        done = subprocess.run([sys.executable, "-S", "-c", _on_path(code)], capture_output=True, text=True, check=True)
        assert set(done.stdout.split()) == {"wontload", "__future__"}

    def test_the_script_and_the_module_are_one_program(self):
        assert wontload("--version").out == f"wontload {__version__}\n"


def _on_path(code: str) -> str:
    """The code with this package importable, without `site`, which imports what it likes."""
    return f"import sys; sys.path[:0] = {[path for path in sys.path if path]!r}\n{code}"


class TestExplain:
    def test_the_list(self, command):
        ran = command("explain")
        assert ran.status == 0
        assert all(code in ran.out for code in CODES)

    @pytest.mark.parametrize("code", ["WL203", "wl203"])
    def test_a_page(self, command, code: str):
        ran = command("explain", code)
        assert (ran.status, ran.err) == (0, "")
        assert ran.out.startswith("WL203: ")

    def test_as_json(self, command):
        (page,) = command("explain", "WL203", "--json").json["pages"]
        assert page["code"] == "WL203"
        assert page["text"].startswith(f"# WL203: {page['title']}\n")
        assert [page["code"] for page in command("explain", "--json").json["pages"]] == list(CODES)


@pytest.mark.parametrize("words", [["--dry-run", "zmq"], ["zmq", "--dry-run"], ["--dry-run", "script", "zmq"]])
def test_a_dry_run_of_no_kind_is_the_script(words: list[str]):
    options = parse(["fix", *words, "--yes"])
    assert (options.dry_run, options.target, options.yes) == ("script", "zmq", True)
    assert parse(["--dry-run", "fix", "--", "--dry-run"]).target == "--dry-run"
