"""What `ctypes.util.find_library` of real Pythons answers, and what the model of it says to the very same search."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.probe.conftest import Try
from tests.support.gcc import SharedObject
from wontload.app.live import machine_of
from wontload.loader import Verdict
from wontload.loader import load as simulate
from wontload.machine import FIND_LIBRARY, Machine, ObservedLoad, Outcome
from wontload.probe import Report

pytestmark = [pytest.mark.oracle("gcc"), pytest.mark.skipif(sys.platform != "linux", reason="ldconfig, gcc and ld")]

# Of the system (some of them in the cache), of the test's own directories, and what is no name at all.
NAMES = "c z libz z.so nowhere-at-all wlone wltwo wlthree wlfour wlfive wlsix a/b".split()
# "libz" raises FileNotFoundError before 3.13 where libz.a is: ld then speaks of a file `liblibz.a`, which it opens.
SEARCH = f"""
from ctypes.util import find_library
for name in {NAMES}:
    try:
        find_library(name)
    except FileNotFoundError:
        pass
"""
TOOLS = {
    "all": ("gcc", "ld", "objdump"),
    "no objdump": ("gcc", "ld"),
    "ld alone": ("ld", "objdump"),
    "cc for gcc": ("cc", "ld", "objdump"),
    "nothing": (),
}


def searches(report: Report) -> tuple[ObservedLoad, ...]:
    assert report.observation is not None
    return tuple(one for one in report.observation.loads if one.request.kind == FIND_LIBRARY)


def foreseen(machine: Machine, load: ObservedLoad) -> str | None:
    result = simulate(machine, load.request)
    assert result.verdict is not Verdict.UNDETERMINED or result.answer, result.would_settle
    return result.answer


def places(tmp_path: Path) -> tuple[Path, Path]:
    """Two directories that a linker may be told of."""
    first, second = tmp_path / "first", tmp_path / "second"
    laid: Mapping[Path, SharedObject | None] = {
        first / "libwlone.so": SharedObject(soname="libwlone.so.7"),
        first / "libwltwo.so": SharedObject(),
        first / "libwlthree.so.1": SharedObject(soname="libwlthree.so.1"),
        second / "libwlfour.so": SharedObject(soname="libwlfour.so.2"),
        first / "libwlfive.a": None,
        second / "libwlfive.so": SharedObject(soname="libwlfive.so.1"),
        first / "libwlsix.so": SharedObject(soname="libother.so.3"),
        second / "libwlsix.so": SharedObject(soname="libwlsix.so.3"),
    }
    for path, content in laid.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.bytes() if content else b"!<arch>\n")
    return first, second


def tools(tmp_path: Path, names: tuple[str, ...]) -> str:
    """A directory with these programs and no others, for PATH."""
    directory = tmp_path / "tools"
    directory.mkdir()
    for name in names:
        program = directory / name
        program.write_text(f'#!/bin/sh\nPATH=/usr/bin:/bin exec /usr/bin/{name} "$@"\n')
        program.chmod(0o755)
    return str(directory)


@pytest.mark.parametrize("there", TOOLS.values(), ids=TOOLS.keys())
@pytest.mark.parametrize("variable", ["LD_LIBRARY_PATH", "LIBRARY_PATH"])
def test_the_model_answers_as_this_python(attempt: Try, tmp_path: Path, there: tuple[str, ...], variable: str):
    environment = {"PATH": tools(tmp_path, there), variable: ":".join(map(str, places(tmp_path)))}
    report = attempt(SEARCH, environment=environment)
    machine = machine_of(report)
    seen = searches(report)
    assert [one.request.name for one in seen] == NAMES
    assert {one.request.name: foreseen(machine, one) for one in seen} == {one.request.name: one.path for one in seen}


def test_every_python_is_watched_and_foreseen(attempt: Try, tmp_path: Path, interpreter: str):
    environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, places(tmp_path)))}
    report = attempt(SEARCH, python=interpreter, environment=environment)
    machine = machine_of(report)
    seen = searches(report)
    assert [one.request.name for one in seen] == NAMES
    assert {one.request.name: foreseen(machine, one) for one in seen} == {one.request.name: one.path for one in seen}
    assert {one.request.finder.way for one in seen if one.request.finder} == {"ldconfig"}


def test_who_asked_and_with_what(attempt: Try, tmp_path: Path):
    code = "import ctypes.util as u, os\nos.environ['LD_LIBRARY_PATH'] = '/changed'\n\nu.find_library('gone')\n"
    (seen,) = searches(attempt(code, environment={"PATH": "/nowhere", "LD_LIBRARY_PATH": "/before"}))
    assert (seen.request.line, Path(seen.request.file or "").name) == (4, "broken.py")
    assert (seen.succeeded, seen.path, seen.error) == (False, None, None)
    assert seen.request.finder is not None
    assert seen.request.finder.environment == {"PATH": "/nowhere", "LD_LIBRARY_PATH": "/changed"}
    assert seen.request.process.environment == {"LD_LIBRARY_PATH": "/before"}


def test_the_probe_leaves_ctypes_as_it_was(attempt: Try, interpreter: str):
    code = (
        "import sys, ctypes\nassert 'ctypes.util' not in sys.modules, 'the probe brought it'\n"
        "import ctypes.util\nassert type(ctypes) is type(sys), type(ctypes)\n"
        "f = ctypes.util.find_library\nassert (f.__name__, f.__module__) == ('find_library', 'ctypes.util')\n"
        "f(name='gone')\n"
    )
    report = attempt(code, python=interpreter)
    assert report.observation is not None
    assert report.observation.error is None
    assert report.observation.outcome is Outcome.LOADS
    assert [one.request.name for one in searches(report)] == ["gone"]


def test_one_that_is_none_of_those_known_is_left_open(attempt: Try):
    report = attempt("import ctypes.util\nctypes.util.find_library('gone')\n")
    (seen,) = searches(report)
    assert seen.request.finder is not None
    strange = replace(seen.request, finder=replace(seen.request.finder, way=""))
    result = simulate(machine_of(report), strange)
    assert (result.verdict, result.error) == (Verdict.UNDETERMINED, None)
    assert "none that wontload knows" in result.would_settle[0]
