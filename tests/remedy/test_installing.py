"""Wheels installed by a real pip and taken back: the site-packages as before, also after a kill and a replacement."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.remedy.trees import tree
from tests.support.dying import dying
from tests.support.environments import environment_with_pip
from wontload.remedy import journal as journals
from wontload.remedy.doing import take, take_back
from wontload.remedy.refused import Refused, StepFailed
from wontload.remedy.steps import InstallWheels
from wontload.remedy.wheel_members import wheel_files

PLACES = "import json, sysconfig; print(json.dumps(sysconfig.get_paths()))"


def wheel(directory: Path, name: str, version: str, files: dict[str, bytes]) -> Path:
    """A wheel with a RECORD, of the given files; names without a directory are of its metadata."""
    directory.mkdir(exist_ok=True)
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    tags = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {f"{info}/{name}" if "/" not in name else name: content for name, content in files.items()}
    files = {f"{info}/METADATA": metadata, f"{info}/WHEEL": tags, **files}
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        writer.writerow([path, f"sha256={digest}", len(content)])
    writer.writerow([f"{info}/RECORD", "", ""])
    made = directory / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
        archive.writestr(f"{info}/RECORD", rows.getvalue())
    return made


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = tmp_path_factory.mktemp("environments") / "an environment ü"
    environment_with_pip(root)
    return str(root / "bin" / "python")


def step(python: str, *wheels: Path) -> InstallWheels:
    places = json.loads(subprocess.run([python, "-c", PLACES], capture_output=True, check=True).stdout)
    return InstallWheels(python=python, wheels=tuple(map(str, wheels)), places=places)


def begin() -> journals.Journal:
    return journals.begin(target="pkg", python="python", fix="test", title="a test")


def root_of(python: str) -> Path:
    return Path(python).parent.parent


NEW = {"nvidia/runtime/bin/cudart64_12.dll": b"one" * 1000, "nvidia/runtime/__init__.py": b"x = 1\n"}


def test_what_was_not_there_is_gone_again(python: str, tmp_path: Path):
    made = wheel(tmp_path / "wheels", "nvidia_runtime", "12.4.1", NEW)
    before, journal = tree(root_of(python)), begin()
    take([step(python, made)], journal)
    site = next(root_of(python).glob("lib/*/site-packages"))
    assert (site / "nvidia/runtime/bin/cudart64_12.dll").read_bytes() == b"one" * 1000
    frozen = subprocess.run([python, "-m", "pip", "freeze"], capture_output=True, text=True, check=True).stdout
    assert "nvidia_runtime==12.4.1" in frozen
    assert (site / "nvidia/runtime/__pycache__").is_dir()
    assert take_back(journal) == []
    assert tree(root_of(python)) == before
    assert not (site / "nvidia").exists()


@pytest.mark.parametrize("target", ["cudart64_12.dll", "/nowhere/cudart64_12.dll", "../__init__.py"])
@pytest.mark.parametrize("unpacked", [False, True])
def test_a_symbolic_link_in_the_place_of_a_file_comes_back(python: str, tmp_path: Path, target: str, unpacked: bool):
    """One that leads to itself, to nothing, to another file of the wheel's."""
    made = wheel(tmp_path / "wheels", "nvidia_runtime", "12.4.1", NEW)
    take([step(python, made)], first := begin())
    site = next(root_of(python).glob("lib/*/site-packages"))
    library = site / "nvidia/runtime/bin/cudart64_12.dll"
    library.unlink()
    library.symlink_to(target)
    others = {path: path.read_bytes() for path in site.rglob("nvidia*/**/*") if path.is_file() and path != library}
    again = replace(step(python, made), again=True, installer="unpack" if unpacked else "pip")
    take([again], second := begin())
    assert not library.is_symlink()
    assert library.read_bytes() == b"one" * 1000
    assert (site / "nvidia/runtime/__init__.py").read_bytes() == b"x = 1\n"
    assert take_back(second) == []
    assert os.readlink(library) == target
    assert {path: path.read_bytes() for path in others} == others
    library.unlink()
    assert take_back(first) == []


def test_the_version_that_was_there_comes_back(python: str, tmp_path: Path):
    old = wheel(tmp_path / "old", "nvidia_runtime", "11.8", {**NEW, "nvidia/runtime/only_old.py": b"y = 2\n"})
    new = wheel(tmp_path / "new", "nvidia_runtime", "12.4.1", {**NEW, "nvidia/runtime/bin/more.dll": b"more"})
    take([step(python, old)], first := begin())
    before, second = tree(root_of(python)), begin()
    take([step(python, new)], second)
    changed = tree(root_of(python))
    assert changed != before
    assert take_back(second) == []
    assert tree(root_of(python)) == before
    shown = subprocess.run([python, "-m", "pip", "show", "nvidia_runtime"], capture_output=True, text=True, check=True)
    assert "Version: 11.8" in shown.stdout
    assert take_back(first) == []


def test_scripts_that_the_installer_makes_go_and_come_back_too(python: str, tmp_path: Path):
    def entries(function: str) -> dict[str, bytes]:
        text = f"[console_scripts]\nOdd-tool = nvidia.runtime:{function}\n[other]\nnot-one = nvidia.runtime:main\n"
        return {**NEW, "entry_points.txt": text.encode()}

    root, bare, first, second = root_of(python), tree(root_of(python)), begin(), begin()
    take([step(python, wheel(tmp_path / "old", "nvidia_runtime", "11.8", entries("old")))], first)
    before = tree(root)
    assert b"import old" in (root / "bin" / "Odd-tool").read_bytes()
    take([step(python, wheel(tmp_path / "new", "nvidia_runtime", "12.4.1", entries("new")))], second)
    assert b"import new" in (root / "bin" / "Odd-tool").read_bytes()
    assert (take_back(second), tree(root)) == ([], before)
    assert (take_back(first), tree(root)) == ([], bare)


@pytest.mark.parametrize("wait_s", [0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.1])
def test_an_installer_killed_halfway_is_taken_back(python: str, tmp_path: Path, wait_s: float):
    many = {f"nvidia/runtime/part{number}.py": b"z = 3\n" * number for number in range(300)}
    old = wheel(tmp_path / "old", "nvidia_runtime", "11.8", {**NEW, **many})
    new = wheel(tmp_path / "new", "nvidia_runtime", "12.4.1", {**many, "nvidia/runtime/bin/more.dll": b"more"})
    take([step(python, old)], first := begin())
    before = tree(root_of(python))
    wanted = step(python, new)
    script = (
        f"import sys; sys.path[:0] = {[path for path in sys.path if path]!r}\n"
        "from wontload.remedy.steps import InstallWheels\nfrom wontload.remedy.doing import take\n"
        "from tests.remedy.test_installing import begin\n"
        f"take([{wanted!r}], begin())"
    )
    child = subprocess.Popen([sys.executable, "-c", script], start_new_session=True)
    time.sleep(wait_s)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    newest = next(journals.applications())
    if newest.identity != first.identity:
        assert take_back(newest) == []
    assert tree(root_of(python)) == before
    assert take_back(first) == []


@pytest.mark.parametrize("name", ["INSTALLER", "RECORD", "part1.cpython"])
def test_an_installer_killed_before_a_file_has_its_name_is_taken_back(
    python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    made = wheel(tmp_path / "wheels", "nvidia_runtime", "12.4.1", {**NEW, "nvidia/runtime/part1.py": b"z = 3\n"})
    before, journal, wanted = tree(root_of(python)), begin(), step(python, made)
    with monkeypatch.context() as patched:
        for variable, value in dying(tmp_path / "dying", "named", name, "runtime").items():
            patched.setenv(variable, value)
        with pytest.raises(StepFailed):
            take([wanted], journal)
    left = [path.name for path in root_of(python).rglob("*") if "runtime" in str(path)]
    assert [one for one in left if one.startswith(name) and re.search(r"\.tmp$|\.pyc\.\d+$", one)], left
    assert take_back(journal) == []
    assert tree(root_of(python)) == before


def test_a_file_changed_since_stays_and_is_named(python: str, tmp_path: Path):
    made = wheel(tmp_path / "wheels", "nvidia_runtime", "12.4.1", NEW)
    journal = begin()
    take([step(python, made)], journal)
    site = next(root_of(python).glob("lib/*/site-packages"))
    changed = site / "nvidia/runtime/__init__.py"
    changed.write_text("mine\n")
    (sentence,) = take_back(journal)
    assert str(changed) in sentence
    assert changed.read_text() == "mine\n"
    shutil.rmtree(site / "nvidia")


def test_an_installer_that_refuses_is_quoted(python: str, tmp_path: Path):
    made = wheel(tmp_path / "wheels", "nvidia_runtime", "12.4.1", NEW)
    renamed = made.with_name("nvidia_runtime-12.4.1-cp27-cp27m-win32.whl")
    made.rename(renamed)
    before, journal = tree(root_of(python)), begin()
    with pytest.raises(StepFailed, match=r"nvidia_runtime==12\.4\.1"):
        take([step(python, renamed)], journal)
    assert take_back(journal) == []
    assert tree(root_of(python)) == before


@pytest.mark.parametrize("member", ["../outside.py", "/etc/passwd", "C:/Windows/x.dll", "a\\..\\..\\x.py"])
def test_a_wheel_that_leaves_its_place_is_refused(tmp_path: Path, member: str):
    made = wheel(tmp_path, "evil", "1", {member: b""})
    with pytest.raises(Refused, match=r"outside|backslash"):
        wheel_files(str(made), {"purelib": "/site", "platlib": "/site"})


def test_no_wheel(tmp_path: Path):
    (tmp_path / "no.whl").write_bytes(b"PK\x03\x04nothing")
    with pytest.raises(Refused, match="not a wheel"):
        wheel_files(str(tmp_path / "no.whl"), {"purelib": "/site", "platlib": "/site"})


def test_a_file_that_the_killed_installer_left_half_written_is_its_own(python: str, tmp_path: Path):
    """Killed between a file's first and its last byte: simulated by cutting it, and the event that never came."""
    made = wheel(tmp_path / "wheels", "nvidia_runtime", "12.4.1", NEW)
    before, journal = tree(root_of(python)), begin()
    take([step(python, made)], journal)
    site = next(root_of(python).glob("lib/*/site-packages"))
    (site / "nvidia/runtime/bin/cudart64_12.dll").write_bytes(b"one" * 10)
    journal.events[:] = [event for event in journal.events if event["event"] != "after"]
    assert take_back(journal) == []
    assert tree(root_of(python)) == before
