"""WL501: a module is there under a name that only another Python takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import (
    BASE,
    LINUX_PACKAGE,
    LINUX_SITE,
    PACKAGE,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    dlopen,
    import_load,
    linux,
    of_kind,
    python_error,
    so,
    windows,
)
from wontload.diagnosis import Severity
from wontload.diagnosis.built_for import made_for
from wontload.machine import Machine, Outcome

GNU = (".cpython-311-x86_64-linux-gnu.so", ".abi3.so", ".so")
INIT = LINUX_PACKAGE + "/__init__.py"
OTHER = "_c.cpython-312-x86_64-linux-gnu.so"
NO_C = {
    "outcome": Outcome.FAILS,
    "error": python_error("ModuleNotFoundError", "No module named 'pkg._c'"),
    "missing_module": "pkg._c",
    "origin": INIT,
}


def machine(*files: str, suffixes: tuple[str, ...] = GNU) -> Machine:
    """Linux with a package that has these extension modules."""
    made = linux({INIT: None, **{f"{LINUX_PACKAGE}/{one}": so() for one in files}})
    assert made.python is not None
    return replace(made, python=replace(made.python, extension_suffixes=suffixes))


def test_a_module_of_another_version():
    answer = diagnose(machine(OTHER), **NO_C, distributions=(("Pkg", "1.0"),))
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL501", Severity.ERROR, True)
    assert (first.subject, first.chain, first.load) == (OTHER, ("pkg", "pkg._c"), None)
    assert first.title == f"{OTHER} is for CPython 3.12, and this Python is CPython 3.11 on linux_x86_64"
    assert data(first, "file", "path") == [f"{LINUX_PACKAGE}/{OTHER}"]
    assert GNU[0] in of_kind(first, "observed")[0].text
    assert first.explanation.endswith("-m pip install --force-reinstall Pkg")
    assert answer.verdict == "fails"


def test_the_submodule_that_was_asked_for():
    answer = diagnose(machine(OTHER), **{**NO_C, "outcome": Outcome.NOT_FOUND, "error": None})
    assert codes(answer) == ["WL501"]


@pytest.mark.parametrize(
    "text", ["No module named 'pkg._c'", "cannot import name '_c' from partially initialized module 'pkg' (…)"]
)
def test_an_import_error_that_hides_the_first_one(text: str):
    """numpy's own text says that one should not import it from its source directory."""
    error = replace(python_error("ImportError", "leave the source tree"), chain=(f"ImportError: {text}",))
    assert codes(diagnose(machine(OTHER), **{**NO_C, "error": error, "missing_module": None})) == ["WL501"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("_c.cp312-win_amd64.pyd", "CPython 3.12"),
        ("_c.cpython-313t-darwin.so", "CPython 3.13t"),
        ("_c.cpython-311-x86_64-linux-musl.so", "x86_64-linux-musl"),
        ("_c.pypy310-pp73-x86_64-linux-gnu.so", "pypy310-pp73-x86_64-linux-gnu"),
    ],
)
def test_what_a_name_says(name: str, said: str):
    assert made_for(name, "3.11.9") == said


def test_a_shadow_is_the_reason_and_this_a_suspicion():
    folder = "/work/pkg"
    made = linux({INIT: None, f"{folder}/__init__.py": None, f"{folder}/{OTHER}": so()}, path=["/work", LINUX_SITE])
    assert made.python is not None
    made = replace(made, python=replace(made.python, extension_suffixes=GNU))
    answer = diagnose(made, **{**NO_C, "origin": f"{folder}/__init__.py"})
    assert codes(answer) == ["WL503", "WL501"]
    assert (answer.findings[1].severity, answer.findings[1].explains_error) == (Severity.WARNING, False)


@pytest.mark.parametrize("files", [[], [OTHER, "_c.abi3.so"], ["_cx.cpython-312-x86_64-linux-gnu.so"], ["_c.py"]])
def test_is_silent_where_no_other_form_or_the_right_one_is_there(files: list[str]):
    assert codes(diagnose(machine(*files), **NO_C)) == ["WL903"]


def test_is_silent_where_the_endings_are_not_known():
    assert codes(diagnose(machine(OTHER, suffixes=()), **NO_C)) == ["WL903"]


def test_is_silent_where_the_import_survived_or_a_load_ended_it():
    assert codes(diagnose(machine(OTHER), missing_module="pkg._c")) == []
    assert codes(diagnose(windows(), ctypes_load("gone.dll"), missing_module="pkg._c")) == ["WL201"]


def test_a_file_that_takes_what_only_another_python_has():
    """Its name fits (`.abi3.so`, or none of a version), so Python takes it; its symbols are of another one."""
    module = LINUX_PACKAGE + "/_c.abi3.so"
    files = {module: so("libc.so.6", takes=["_PyUnicode_Ready", "malloc"])}
    (first,) = diagnose(linux(files), dlopen(module, kind="import")).findings
    assert (first.code, first.subject, first.explains_error) == ("WL501", "_PyUnicode_Ready", True)
    assert first.title == "_c.abi3.so is for another Python: _PyUnicode_Ready is no part of this one's API"


def test_windows_names_pythons_own_dll():
    module = PACKAGE + r"\_c.pyd"
    files = {module: dll(("python311.dll", ["PyNew_Thing"])), BASE + r"\python311.dll": dll(exports=["Py_Main"])}
    (first,) = diagnose(windows(files), import_load(module)).findings
    assert (first.code, first.subject) == ("WL501", "PyNew_Thing")
