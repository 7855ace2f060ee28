"""A wheel under a local version is a wheel: pip installs it, and its RECORD is right."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest

from tests.support.packages import virtual_environment, wheel_of
from wontload.build.relabel import NotAWheel, relabel, with_local
from wontload.wheels.archive import Archive
from wontload.wheels.wheel import read_wheel


def test_the_version_in_all_three_places(tmp_path):
    files = {"odd/__init__.py": "", "odd-1.0.data/purelib/even.py": "x = 1\n"}
    old = wheel_of(tmp_path, "odd", files)
    new = relabel(str(old), str(tmp_path), "cu124.sm89")
    assert new == str(tmp_path / "odd-1.0+cu124.sm89-py3-none-any.whl")
    with zipfile.ZipFile(new) as archive:
        assert "odd-1.0+cu124.sm89.data/purelib/even.py" in archive.namelist()
        assert b"\nVersion: 1.0+cu124.sm89\n" in archive.read("odd-1.0+cu124.sm89.dist-info/METADATA")
        assert archive.testzip() is None
    with Archive(new) as archive:
        assert read_wheel(archive).version == "1.0+cu124.sm89"


def test_pip_installs_it_and_finds_its_files_whole(tmp_path):
    new = relabel(str(wheel_of(tmp_path, "odd", {"odd/__init__.py": "x = 1\n"})), str(tmp_path), "cpu")
    python = virtual_environment(tmp_path / "venv")
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    subprocess.run([*pip, "install", "--no-index", "--no-deps", new], check=True, capture_output=True)
    shown = subprocess.run([*pip, "list"], check=True, capture_output=True, text=True).stdout
    assert "1.0+cpu" in shown
    subprocess.run([python, "-c", "import odd; assert odd.x == 1"], check=True)


def test_a_local_version_that_is_there_stays_in_front():
    assert with_local("0.3.16", "cu124.sm89") == "0.3.16+cu124.sm89"
    assert with_local("2.4.0+git1", "cpu") == "2.4.0+git1.cpu"
    assert with_local("2.4.0+cpu", "cpu") == "2.4.0+cpu"


@pytest.mark.parametrize("files", [{}, {"a-1.dist-info/METADATA": b"Name: a\n", "a-1.dist-info/WHEEL": b""}])
def test_what_is_no_wheel_is_refused(tmp_path, files):
    path = tmp_path / "a-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    with pytest.raises(NotAWheel):
        relabel(str(path), str(tmp_path), "cpu")
