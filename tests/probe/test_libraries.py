"""Libraries made on the spot, loaded by the real loader of this Linux."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.probe.conftest import Try
from wontload.loader import Verdict
from wontload.loader import load as simulate
from wontload.machine import Outcome
from wontload.machine.capture import this_machine
from wontload.probe import observe

pytestmark = [pytest.mark.oracle("gcc"), pytest.mark.skipif(sys.platform != "linux", reason="ELF")]


def build(path: Path, code: str = "int x;", *options: str) -> Path:
    source = path.with_suffix(".c")
    source.write_text(code)
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", path, source, *options], check=True)
    return path


def test_a_missing_dependency_of_a_file(tmp_path: Path):
    build(tmp_path / "libdep.so")
    top = build(tmp_path / "libtop.so", "int y;", "-L.", "-Wl,--no-as-needed", f"-L{tmp_path}", "-ldep")
    (tmp_path / "libdep.so").unlink()
    report = observe(str(top), python=sys.executable)
    seen = report.observation
    assert seen is not None
    assert (seen.kind, seen.outcome, report.found) == ("file", Outcome.FAILS, True)
    assert seen.error is not None
    assert seen.error.text == "libdep.so: cannot open shared object file: No such file or directory"
    assert (seen.error.raised_by, seen.error.name, seen.error.file) == ("load", str(top), None)
    (load,) = seen.loads
    assert (load.request.name, load.request.flags, load.succeeded) == (str(top), os.RTLD_NOW, False)


def test_dependencies_are_mapped_in_the_order_of_the_link_map(tmp_path: Path):
    for name in ("a", "b", "c"):
        build(tmp_path / f"lib{name}.so", f"int {name};")
    options = ["-Wl,--no-as-needed", f"-L{tmp_path}", "-lc1", "-lb", "-la", f"-Wl,-rpath,{tmp_path}"]
    os.rename(tmp_path / "libc.so", tmp_path / "libc1.so")
    top = build(tmp_path / "libtop.so", "int y;", *options)
    seen = observe(str(top), python=sys.executable).observation
    assert seen is not None
    assert seen.outcome is Outcome.LOADS
    assert [os.path.basename(path) for path in seen.loads[0].mapped] == ["libtop.so", "libc1.so", "libb.so", "liba.so"]


def test_a_relative_file_is_found_from_the_given_directory(tmp_path: Path):
    build(tmp_path / "libone.so")
    seen = observe("libone.so", python=sys.executable, cwd=str(tmp_path)).observation
    assert seen is not None
    assert seen.loads[0].mapped == (str(tmp_path / "libone.so"),)


def test_a_crash_while_loading_leaves_the_request_without_an_answer(attempt: Try, tmp_path: Path):
    code = "__attribute__((constructor)) static void die(void) { __builtin_trap(); }"
    path = build(tmp_path / "libtrap.so", code)
    seen = attempt(f"import ctypes\nctypes.CDLL({str(path)!r})").observation
    assert seen is not None
    assert seen.outcome is Outcome.CRASHED
    last = seen.loads[-1]
    assert (last.request.name, last.request.line, last.succeeded) == (str(path), 2, None)


def test_an_extension_that_is_no_extension(attempt: Try, tmp_path: Path, interpreter: str):
    """The library loads; that it has no `PyInit_` function is Python's complaint, not the loader's."""
    suffix = observe("sys", python=interpreter).python.extension_suffixes[0]
    build(tmp_path / "work" / f"plain{suffix}")
    seen = attempt("import plain", python=interpreter).observation
    assert seen is not None
    assert (seen.outcome, seen.error and seen.error.raised_by) == (Outcome.FAILS, "python")
    assert seen.loads[-1].succeeded


def test_an_extension_whose_dependency_is_gone(attempt: Try, tmp_path: Path, interpreter: str):
    suffix = observe("sys", python=interpreter).python.extension_suffixes[0]
    build(tmp_path / "libgone.so")
    build(tmp_path / "work" / f"plain{suffix}", "int y;", "-Wl,--no-as-needed", f"-L{tmp_path}", "-lgone")
    (tmp_path / "libgone.so").unlink()
    seen = attempt("import plain", python=interpreter).observation
    assert seen is not None
    assert (seen.outcome, seen.error and seen.error.raised_by) == (Outcome.FAILS, "load")
    assert seen.loads[-1].succeeded is False
    assert seen.loads[-1].error is not None
    assert seen.loads[-1].error.text.startswith("libgone.so: cannot open shared object file")


def test_initialisation_that_loads_more_is_nested(attempt: Try, tmp_path: Path):
    """Single-phase initialisation runs inside the request: what it imports is a request of its own."""
    include = sysconfig.get_path("include")
    if not os.path.isfile(os.path.join(include, "Python.h")):
        pytest.skip("no Python.h here")
    build(tmp_path / "libinner.so")
    code = f"""
    #include <Python.h>
    static struct PyModuleDef def = {{PyModuleDef_HEAD_INIT, "outer", 0, -1}};
    PyMODINIT_FUNC PyInit_outer(void) {{
        PyRun_SimpleString("import ctypes; ctypes.CDLL('{tmp_path}/libinner.so')");
        return PyModule_Create(&def);
    }}"""
    build(tmp_path / "work" / f"outer{sysconfig.get_config_var('EXT_SUFFIX')}", code, f"-I{include}")
    seen = attempt("import outer").observation
    assert seen is not None
    outer, inner = seen.loads
    assert (outer.succeeded, inner.succeeded) == (True, True)
    assert [os.path.basename(path) for path in inner.mapped] == ["libinner.so"]
    assert outer.mapped == (outer.request.name,)


@pytest.mark.parametrize("mode", ["RTLD_GLOBAL", "RTLD_LOCAL"])
def test_symbols_that_an_earlier_load_made_visible_to_all(tmp_path: Path, mode: str):
    """The second library needs a symbol of the first, and only RTLD_GLOBAL lets it have it: seen, and simulated so."""
    first = build(tmp_path / "libfirst.so", "int shared_by_all(void) { return 1; }")
    second = build(tmp_path / "libsecond.so", "int shared_by_all(void); int y(void) { return shared_by_all(); }")
    package = tmp_path / "needs_global.py"
    package.write_text(f"import ctypes\nctypes.CDLL({str(first)!r}, ctypes.{mode})\nctypes.CDLL({str(second)!r}, 2)\n")
    report = observe("needs_global", python=sys.executable, cwd=str(tmp_path))
    assert report.observation is not None
    load = report.observation.loads[-1]
    simulated = simulate(this_machine(report.python, report.facts, report.process), load.request)
    assert load.succeeded is (mode == "RTLD_GLOBAL")
    assert (simulated.verdict is Verdict.LOADS) is load.succeeded
    if load.error is not None:
        assert simulated.error == load.error.text
        assert "undefined symbol: shared_by_all" in load.error.text
