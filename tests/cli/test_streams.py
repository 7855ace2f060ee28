"""The standard streams: closed, full, deaf, of another encoding; colour; interruption. Each has its own process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.cli import wontload
from tests.support.schemas import check
from wontload.cli import main
from wontload.remedy import journal as journals
from wontload.remedy.doing import take
from wontload.remedy.steps import WriteFile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell and signals")
ME = f"'{sys.executable}' -m wontload"


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("name", ["dataclasses", "json", "argparse", "platform"])
def test_a_module_of_ones_own_that_is_named_like_one_of_pythons(name: str, tmp_path: Path):
    (tmp_path / f"{name}.py").write_text("raise RuntimeError('not the one that was meant')")
    ran = subprocess.run(
        [sys.executable, "-m", "wontload", "--json", "zlib"], cwd=tmp_path, capture_output=True, text=True
    )
    assert "Traceback" not in ran.stderr
    assert json.loads(ran.stdout)["target"] == "zlib"


@pytest.mark.parametrize(
    ("command", "status"),
    [("json --json", 0), ("no_such_name", 2), ("tree no.so", 1), ("--help", 0)],
)
def test_streams_that_are_closed(command: str, status: int):
    done = shell(f"{ME} {command} >&-")
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert "defect" not in done.stderr
    assert shell(f"{ME} {command} <&- >&- 2>&-").returncode == status


@pytest.mark.parametrize("command", ["json --json", "explain WL203", "tree no.so --jsonl"])
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_disk_that_is_full(command: str):
    done = shell(f"{ME} {command} >/dev/full")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == "wontload: the report cannot be written: No space left on device. Send it somewhere else.\n"


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(("command", "status"), [("explain", 0), ("tree no.so", 1), ("--help", 0), ("--version", 0)])
def test_a_reader_that_has_enough(command: str, status: int, unbuffered: str):
    """The answer stands, whoever reads it: the status is the same as with a reader."""
    done = shell(f"set -o pipefail; {ME} {command} | true", PYTHONUNBUFFERED=unbuffered)
    assert (done.returncode, done.stderr) == (status, "")


def test_a_stream_of_answers_stops_with_its_reader():
    done = shell(f"{ME} tree --jsonl {'no.so ' * 2000} | head -1")
    assert check(done.stdout)["path"] == "no.so"
    assert done.stderr == ""


HANGS = """
import os, pathlib, time
pathlib.Path("running").write_text(str(os.getpid()))
while True:
    try:
        time.sleep(1)
    except KeyboardInterrupt:
        pass
"""


@pytest.mark.parametrize("arguments", [["hangs"], ["hangs", "--json"]])
def test_interrupted(alone: Path, tmp_path: Path, arguments: list[str]):
    """Ctrl-C reaches the whole foreground group: 130, one line, no traceback, and nothing is left behind."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    (alone / "hangs.py").write_text(HANGS)
    process = subprocess.Popen(
        [sys.executable, "-m", "wontload", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=alone,
        env={**os.environ, "TMPDIR": str(temporary)},
        start_new_session=True,
    )
    child = _wait_for(alone / "running")
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err == "\nwontload: interrupted; nothing was changed.\n"
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert list(temporary.iterdir()) == []


def _wait_for(marker: Path) -> int:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if marker.exists() and (text := marker.read_text()):
            return int(text)
        time.sleep(0.02)
    raise AssertionError("the child never started")


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp936", "utf-8"])
def test_a_report_in_another_encoding(tmp_path: Path, encoding: str):
    folder = tmp_path / "Ω ünï 中"
    folder.mkdir()
    (folder / "bröken lib.so").write_text("hello")
    done = subprocess.run(
        [sys.executable, "-m", "wontload", "./bröken lib.so"],
        capture_output=True,
        timeout=60,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    text = done.stdout.decode(encoding)
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert b"is not a native library but a text file. Give" in done.stderr
    assert "WL104" in text
    assert ("bröken lib.so" if encoding in ("cp1252", "utf-8") else "ken lib.so") in text
    assert ("├" in text or "└" in text) == (encoding == "utf-8")
    assert ("Ω" in text) == (encoding in ("utf-8", "cp936"))
    assert ("\\u03a9" in text) == (encoding in ("cp1252", "ascii"))


def test_json_is_ascii_in_every_encoding(tmp_path: Path):
    (tmp_path / "Ω中.so").write_text("hello")
    ran = wontload("tree", "Ω中.so", "--json", cwd=tmp_path, PYTHONIOENCODING="utf-8")
    assert ran.out.isascii()
    assert ran.json["loads"][0]["path"] == "Ω中.so"
    assert wontload("tree", "Ω中.so", "--json", cwd=tmp_path, PYTHONIOENCODING="cp1252") == ran


def test_an_error_in_an_encoding_that_lacks_it():
    ran = wontload("Ω\U0001f600", PYTHONIOENCODING="ascii")
    assert (ran.status, ran.out) == (2, "")
    assert "\\u03a9\\U0001f600" in ran.err


@pytest.mark.parametrize(
    ("variables", "colored"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"NO_COLOR": "1"}, False),
    ],
)
def test_color(tmp_path: Path, variables: dict[str, str], colored: bool):
    clean = {"FORCE_COLOR": "", "NO_COLOR": ""}
    assert ("\x1b[" in wontload("tree", "no.so", cwd=tmp_path, **{**clean, **variables}).out) == colored
    assert "\x1b[" not in wontload("tree", "no.so", "--no-color", cwd=tmp_path, **{**clean, **variables}).out


def test_a_current_directory_that_is_read_only_or_gone(alone: Path, tmp_path: Path):
    alone.chmod(0o555)
    assert wontload("json", cwd=alone).status == 0
    done = shell(f"mkdir '{tmp_path}/gone'; cd '{tmp_path}/gone'; rmdir '{tmp_path}/gone'; {ME} json --json")
    assert "Traceback" not in done.stderr
    assert done.returncode == 0
    assert json.loads(done.stdout)["verdict"] == "loads"


def test_an_interruption_before_anything_is_imported():
    """As Ctrl-C in the first moments: no traceback of the import that it met."""
    program = """
import runpy, sys

class Interrupted:
    def find_spec(self, name, path=None, target=None):
        if name == "wontload.cli":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupted())
runpy.run_module("wontload", run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "\nwontload: interrupted; nothing was changed.\n"


def test_an_interruption_while_something_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Ctrl-C while a fix is taken back, or after it was applied: what was changed is not called unchanged."""
    monkeypatch.setenv("WONTLOAD_STATE_DIR", str(tmp_path / "state"))
    journal = journals.begin(target="zmq", python="python", fix="test", title="a test")
    take([WriteFile(path=str(tmp_path / "new"), content="")], journal)
    journal.write("end", how="applied")

    def interrupted(_: journals.Journal) -> list[str]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("wontload.app.undoing.take_back", interrupted)
        assert main(["undo"]) == 130
    told = f"what was done for zmq stands, whole or in part: `wontload undo {journal.identity}` takes it back.\n"
    assert capsys.readouterr().err == f"\nwontload: interrupted; {told}"
    assert main(["undo", journal.identity]) == 0
    assert journals.standing_of_this_process() != journal
    assert not (tmp_path / "new").exists()
