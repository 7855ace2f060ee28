"""Steps taken and taken back: every file as before, by content; what somebody changed in between stays."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.remedy.trees import tree
from wontload.remedy import journal as journals
from wontload.remedy.doing import take, take_back
from wontload.remedy.refused import Refused, StepFailed
from wontload.remedy.steps import ByHand, MoveFile, ReplaceText, SetVariable, Step, WriteFile

OLD = 'cdll_args["winmode"] = ctypes.RTLD_GLOBAL\n'
NEW = "pass\n"


def arranged(root: Path) -> list[Step]:
    """A site-packages with a loader and a shadowing file, and one step of each kind that needs no installer."""
    root.mkdir()
    loader = root / "loader.py"
    loader.write_bytes(f"import ctypes\n{OLD}print()\n".encode())
    loader.chmod(0o640)
    (root / "old.dll").write_bytes(b"old")
    return [
        WriteFile(path=str(root / "new place" / "ünï" / "shim.py"), content="x = 1\n"),
        ReplaceText(path=str(loader), sha256=hashlib.sha256(loader.read_bytes()).hexdigest(), before=OLD, after=NEW),
        MoveFile(path=str(root / "old.dll"), to=str(root / "old.dll.aside")),
        SetVariable(name="CUDA_PATH", value="/opt/it's cuda"),
        ByHand(text="Install the driver."),
    ]


def begin() -> journals.Journal:
    return journals.begin(target="pkg", python=sys.executable, fix="test", title="a test")


def test_every_step_is_taken_and_taken_back(tmp_path: Path):
    root = tmp_path / "site packages"
    steps = arranged(root)
    before, home = tree(root), tree(Path.home())
    journal = begin()
    take(steps, journal)
    assert (root / "new place" / "ünï" / "shim.py").read_text() == "x = 1\n"
    assert OLD not in (root / "loader.py").read_text()
    assert (root / "loader.py").stat().st_mode & 0o777 == 0o640
    assert not (root / "old.dll").exists()
    said = subprocess.run(["sh", "-lc", "echo $CUDA_PATH"], capture_output=True, text=True, check=True).stdout
    assert said == "/opt/it's cuda\n"
    assert take_back(journal) == []
    assert tree(root) == before
    assert tree(Path.home()) == home
    assert journal.ended == "undone"


def test_it_is_on_the_disk_before_it_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    root = tmp_path / "site"
    seen = []
    real = os.rename
    monkeypatch.setattr(os, "rename", lambda a, b: (seen.append(Path(journal.path).read_text()), real(a, b)))
    steps = arranged(root)
    journal = begin()
    take(steps[2:3], journal)
    (line,) = [json.loads(one) for one in seen[0].splitlines() if '"before"' in one]
    assert line["undo"]["path"] == str(root / "old.dll")


@pytest.mark.parametrize("number", range(3))
def test_what_was_changed_since_is_left_and_named(tmp_path: Path, number: int):
    root = tmp_path / "site"
    step = arranged(root)[number]
    journal = begin()
    take([step], journal)
    changed = Path(step.to if isinstance(step, MoveFile) else step.path)
    changed.write_text("mine\n")
    (sentence,) = take_back(journal)
    assert str(changed) in sentence
    assert changed.read_text() == "mine\n"


def test_nothing_is_overwritten(tmp_path: Path):
    root = tmp_path / "site"
    steps = arranged(root)
    (root / "old.dll.aside").write_text("here already")
    (root / "loader.py").write_text("another version\n")
    before = tree(root)
    for step in steps[1:3]:
        with pytest.raises(Refused):
            take([step], begin())
    with pytest.raises(Refused, match="exists already"):
        take([WriteFile(path=str(root / "old.dll"), content="")], begin())
    assert tree(root) == before


def test_a_place_that_may_not_be_written_to_ends_in_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")
    journal = begin()
    with pytest.raises(StepFailed, match=r"(?i)not a directory|exists"):
        take([WriteFile(path=str(tmp_path / "file" / "below" / "x"), content="")], journal)
    assert take_back(journal) == []
    assert tree(tmp_path) == {"file": tree(tmp_path)["file"]}


def test_without_a_journal_nothing_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    steps = arranged(tmp_path / "site")
    before = tree(tmp_path)
    journal = begin()

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(journals.CannotWrite, match="No space left"):
        take(steps, journal)
    monkeypatch.undo()
    assert tree(tmp_path) == before


KILLED = """
import os, signal, sys
sys.path[:0] = {path!r}
from pathlib import Path
from tests.remedy.test_doing import arranged, begin
from wontload.remedy.doing import take

calls = 0
def counted(real):
    def call(*arguments, **named):
        global calls
        calls += 1
        if calls == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **named)
    return call

root = Path(sys.argv[1])
steps = arranged(root)
journal = begin()
for name in ("fsync", "replace", "rename", "makedirs", "chmod"):
    setattr(os, name, counted(getattr(os, name)))
take(steps, journal)
print("whole")
"""


@pytest.mark.parametrize("call", range(1, 31))
def test_killed_at_any_call_it_can_be_taken_back(tmp_path: Path, call: int):
    """The process is killed before its n-th call that touches the disk's names or waits for the disk."""
    reference = tmp_path / "reference"
    arranged(reference)
    root, home = tmp_path / "site", tree(Path.home())
    script = KILLED.format(path=[path for path in sys.path if path])
    done = subprocess.run([sys.executable, "-c", script, root, str(call)], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL or done.stdout == "whole\n", done.stderr
    for journal in journals.applications():
        assert take_back(journal) == []
    assert tree(root) == tree(reference)
    assert tree(Path.home()) == home


def test_a_cut_off_line_is_no_event(tmp_path: Path):
    journal = begin()
    with open(journal.path, "ab") as file:
        file.write(b'{"event":"before","step":0,"und')
    (found,) = journals.applications()
    assert [event["event"] for event in found.events] == ["begin"]
    found.write("end", how="undone")
    (again,) = journals.applications()
    assert [event["event"] for event in again.events] == ["begin", "end"]


def test_applications_of_one_second_stand_in_the_order_in_which_they_were_made():
    made = []
    for _ in range(8):
        made.append(begin().identity)
        time.sleep(0.002)
    assert [one.identity for one in journals.applications()] == made[::-1]
