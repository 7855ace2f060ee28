"""What the official Windows CPython says under Wine, read from a pasted traceback."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.logs import read
from tests.support.mingw import dll
from tests.support.windows import windows
from wontload.diagnosis.log.judging import LogDiagnosis

pytestmark = [pytest.mark.oracle("wine", "mingw"), pytest.mark.xdist_group("windows-logs")]


@pytest.fixture
def folder() -> Iterator[Path]:
    path = windows().drive / f"logs of wontload {os.getpid()}"  # workers of one run share the drive
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    yield path
    shutil.rmtree(path, ignore_errors=True)


def traceback_of(code: str) -> LogDiagnosis:
    """What is said of what a Windows Python prints."""
    done = windows().run(["C:\\base\\python.exe", "-c", code], env={"PYTHONIOENCODING": "utf-8"})
    assert "Traceback" in done.stderr, done.stderr
    return read(done.stderr)


def test_a_dependency_that_is_not_there(folder):
    path = windows().to_windows(dll(folder / "first.dll", needs=["gone.dll"]))
    answer = traceback_of(f"import ctypes; ctypes.CDLL({path!r})")
    assert (answer.verdict, answer.findings[0].code, answer.findings[0].subject) == (
        "undetermined",
        "WL201",
        "first.dll",
    )
    assert answer.facts.system == "windows"


@pytest.mark.parametrize("winmode", ["", ", winmode=0"])
def test_a_file_of_the_other_bitness(folder, winmode):
    path = windows().to_windows(dll(folder / "first.dll", machine="x86"))
    answer = traceback_of(f"import ctypes; ctypes.CDLL({path!r}{winmode})")
    assert [one.meaning.number for one in answer.numbers] == [193]
    assert (answer.verdict, answer.findings[0].code) == ("undetermined", "WL103")


def test_a_start_that_fails(folder):
    path = windows().to_windows(dll(folder / "first.dll", init_fails=True))
    answer = traceback_of(f"import ctypes; ctypes.CDLL({path!r})")
    assert [one.meaning.number for one in answer.numbers] == [1114]
    assert answer.findings[0].code == "WL601"


def test_a_directory_that_is_not_there():
    answer = traceback_of(r"import os; os.add_dll_directory('C:\\gone\\bin')")
    assert (answer.verdict, answer.findings[0].code) == ("fails", "WL208")


def test_an_extension_module_that_does_not_load(folder):
    dll(folder / "odd.pyd", needs=["gone.dll"])
    place = windows().to_windows(folder)
    answer = traceback_of(f"import sys; sys.path.insert(0, {place!r}); import odd")
    assert (answer.verdict, answer.findings[0].code) == ("undetermined", "WL201")
    assert answer.events[-1].values["module"] == "odd"  # Wine has words of its own for 126
    assert answer.would_settle[0].startswith("Run wontload odd ")
