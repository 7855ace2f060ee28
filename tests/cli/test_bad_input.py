"""Bad input: one clear sentence, the next step, on stderr alone, and the right exit status."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest

import wontload
from tests.cli.conftest import saved
from wontload.cli import BROUGHT

NEXT_STEPS = (
    "Did you mean",
    "Give ",
    "Leave ",
    "Try ",
    "Save ",
    "Copy ",
    "Send ",
    "--machine takes ",
    "These exist: ",
    "It holds ",
)
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX files")


def program(path: Path, text: str) -> str:
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def has_next_step(line: str) -> bool:
    return any(step in line for step in NEXT_STEPS) or "wontload needs Python" in line


@pytest.mark.parametrize("target", ["no_such_name", "a b", "", "x\x1b[31my", "a..b", ".json", "x" * 5000, "b\udcff"])
def test_an_unknown_target(complaint, target: str):
    line = complaint(2, target)
    assert line.startswith("nothing named ")
    assert has_next_step(line)
    assert len(line) < 500
    assert "\x1b" not in line


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        ("pilow", "Did you mean pillow?"),  # known, and here or not
        ("PYTETS", "Did you mean pytest?"),  # installed
        ("docter", "Did you mean the command `wontload doctor`?"),
        ("verfiy", "Did you mean the command `wontload verify`?"),
    ],
)
def test_a_slip_of_the_pen_is_told(complaint, target: str, meant: str):
    assert meant in complaint(2, target)


def test_what_is_like_nothing_is_not_guessed_at(complaint):
    assert "mean" not in complaint(2, "xqzzv")


def test_a_file_without_a_librarys_name_says_how_it_can_be_meant(complaint):
    Path("library.bin").write_text("hello")
    assert "./library.bin means it" in complaint(2, "library.bin")


@pytest.mark.parametrize("target", [".", "..", "./pkg", "pkg/"])
def test_a_directory(complaint, target: str):
    Path("pkg").mkdir()
    line = complaint(2, target)
    assert "is a directory. Give the path of a library in it" in line
    assert ("the import name pkg" in line) == ("pkg" in target)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["why"], "required: TARGET. Try `wontload why --help`"),
        (["tree"], "required: FILE. Try `wontload tree --help`"),
        (["--nonsense"], "unrecognized arguments: --nonsense. Try `wontload --help`"),
        (["json", "--nonsense"], "unrecognized arguments: --nonsense"),
        (["json", "--mach", "x"], "unrecognized arguments: --mach"),
        (["json", "again"], "unrecognized arguments: again"),
        (["json", "\x1b[31m"], "unrecognized arguments: [31m"),
        (["json", "--timeout", "soon"], "'soon' is not a number of seconds"),
        (["json", "--timeout", "-1"], "argument --timeout"),
        (["json", "--timeout", "nan"], "'nan' is not a number of seconds"),
        (["json", "--format", "sarif"], "has no format sarif; it has terminal, json, html and markdown. Leave"),
        (["--format", "html", "explain"], "`wontload explain` has no format html; it has terminal and json. Leave"),
        (["snapshot", "--format", "markdown"], "`wontload snapshot` has no format markdown; it has terminal and json."),
        (["explain", "--format", "\x1b[31m"], "has no format [31m; it has"),
        (["tree", "x.so", "--jsonl", "--format", "html"], "on standard output, as soon as it is known. Leave it out"),
        (["tree", "x.so", "--jsonl", "-o", "x"], "on standard output, as soon as it is known. Leave it out"),
        (["tree", ""], "there is no file without a name. Give the path"),
        (["tree", "x.so", "", "--json"], "there is no file without a name. Give the path"),
        (["tree", "x.so", "--env", "PATH"], "'PATH' is not NAME=VALUE"),
        (["tree", "x.so", "--env", "=x"], "'=x' is not NAME=VALUE"),
        (["tree", "x.so", "--add-dir", ""], "argument --add-dir: it is empty"),
        (["tree", "x.so", "--load-as", "magic"], "invalid choice: 'magic'"),
        (["tree", "x.so", "--at", "C:\\x"], "Give the machine with --machine"),
        (["json", "--machine", "x", "--python", "y"], "--python cannot be used with it. Leave one"),
        (["explain", "WL999"], "there is no finding 'WL999'. These exist: WL101"),
        (["explain", "../../x"], "there is no finding '../../x'"),
        (["explain", "999"], "there is no finding 'WL999'"),
    ],
)
def test_wrong_usage(complaint, arguments: list[str], expected: str):
    line = complaint(2, *arguments)
    assert expected in line
    assert has_next_step(line)


class TestInterpreters:
    @pytest.mark.parametrize("python", ["/nowhere/python", "no_such_python", ""])
    def test_absent(self, complaint, python: str):
        line = complaint(2, "json", "--python", python)
        assert "here is no interpreter" in line
        assert "--python" in line

    def test_a_directory_without_one(self, complaint, tmp_path: Path):
        assert "is a directory, not an interpreter. Give " in complaint(2, "json", "--python", str(tmp_path))

    @POSIX
    def test_another_program(self, complaint, tmp_path: Path):
        line = complaint(2, "json", "--python", program(tmp_path / "cat", "#!/bin/sh\necho meow\nexit 1\n"))
        assert "is not a Python that works" in line
        assert has_next_step(line)

    @POSIX
    def test_one_that_is_broken(self, complaint, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("PYTHONHOME", "/nowhere")
        line = complaint(4, "json", "--python", sys.executable)
        assert "does not start" in line
        assert "PYTHONHOME is /nowhere" in line

    @POSIX
    @pytest.mark.parametrize("version", ["2.7", "3.6"])
    def test_too_old(self, complaint, version: str):
        root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
        found = sorted(root.glob(f"versions/{version}.*/bin/python"))
        if not found:
            pytest.skip(f"no Python {version} here")
        line = complaint(2, "json", "--python", str(found[0]))
        assert f"is Python {version}, which is too old" in line
        assert has_next_step(line)

    @POSIX
    def test_tree_asks_it_too(self, complaint):
        assert "There is no interpreter" in complaint(2, "tree", "x.so", "--python", "/nowhere/python")


class TestMachineFiles:
    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            (b"", "is empty. Save "),
            (b"hello", "is not JSON: "),
            (b"\x00" * 64, "is not JSON: "),
            (b"\xff\xfe\xfd", "is not JSON: "),
            (b"[]", "it holds a list"),
            (b"{}", "it names no schema"),
            (b'{"schema": 7}', "it names no schema"),
            (b'{"schema": "wontload.why/1"}', "its schema is wontload.why/1, and wontload.machine/1 is needed. Save "),
            (b'{"schema": "wontload.machine/2"}', "its schema is wontload.machine/2"),
            (b'{"schema": "\x7f\\u001b[31m"}', "its schema is [31m"),
            (b'{"schema": "wontload.machine/1"}', "at machine, nothing stands where an object belongs. Save "),
            (b'{"schema": "wontload.machine/1", "machine": NaN}', "NaN is not a number"),
            (b"[" * 100_000, "is nested too deeply"),
            (b'{"schema": ' + b"9" * 10_000 + b"}", "is not"),
            (gzip.compress(b"hello", mtime=0), "is not JSON: "),
            (gzip.compress(b"{}" * 100, mtime=0)[:-9], "is a damaged gzip file. Copy "),
            (b"\x1f\x8b", "is a damaged gzip file"),
        ],
    )
    def test_what_is_no_saved_machine(self, complaint, tmp_path: Path, content: bytes, expected: str):
        path = tmp_path / "box.json"
        path.write_bytes(content)
        line = complaint(4, "llama_cpp", "--machine", str(path))
        assert expected in line
        assert has_next_step(line)
        assert len(line) < 800

    def test_a_gzip_bomb_is_not_unpacked(self, complaint, tmp_path: Path):
        path = tmp_path / "bomb.gz"
        with gzip.open(path, "wb", compresslevel=1) as file:
            for _ in range(40):
                file.write(bytes(1 << 20))
        assert "is larger than 16 MB" in complaint(4, "x", "--machine", str(path))

    @POSIX
    def test_what_cannot_be_read(self, complaint, tmp_path: Path):
        assert "is a directory without a system's etc and usr or lib. --machine takes" in complaint(
            4, "x", "--machine", str(tmp_path)
        )
        assert "No such file or directory. --machine takes" in complaint(4, "x", "--machine", "nowhere.json")
        assert "is larger than 16 MB" in complaint(4, "x", "--machine", "/dev/zero")
        assert "cannot read" in complaint(4, "x", "--machine", "x\0y")
        assert "cannot read" in complaint(4, "x", "--machine", "x" * 5000)[:100]

    def test_a_target_that_it_does_not_hold(self, complaint, tmp_path: Path):
        machine = {
            "id": "box",
            "system": {"name": "linux"},
            "files": {"images": {}, "links": {}, "source": {}},
            "environment": {},
            "facts": {},
        }
        content = {"schema": "wontload.machine/1", "machine": machine, "observations": [], "processes": [], "paths": []}
        line = complaint(2, "numpy", "--machine", saved(tmp_path / "box.json", content))
        assert line.startswith(
            "nothing named 'numpy' is in the saved machine box. It holds no observations: give the path"
        )


def test_a_defect_of_ours_is_a_sentence_too(command, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("\x1b[31mouch\n" + "x" * 5000)

    monkeypatch.setattr("wontload.app.diagnose.observe", broken)
    ran = command("json")
    assert (ran.status, ran.out) == (4, "")
    (line,) = ran.err.splitlines()
    assert "this is a defect of wontload (ZeroDivisionError: [31mouch" in line
    assert "Run it again with -v" in line
    assert "Traceback" in command("json", "-v").err


class TestASourceTreeThatWasOnlyCopied:
    def test_says_what_to_install(self):
        source = Path(wontload.__file__).parent.parent
        ran = subprocess.run(
            [sys.executable, "-S", "-m", "wontload", "doctor"],  # -S: a Python without installed packages
            env={**os.environ, "PYTHONPATH": str(source)},
            capture_output=True,
            text=True,
        )
        assert (ran.returncode, ran.stdout) == (4, "")
        assert "this Python has no platformdirs, which pip installs together with wontload." in ran.stderr
        assert "Run python -m pip install . " in ran.stderr

    def test_knows_everything_that_pip_brings(self):
        needed = [one for one in requires("wontload") or () if "extra ==" not in one]
        assert {re.split(r"\W", one)[0] for one in needed} == BROUGHT
