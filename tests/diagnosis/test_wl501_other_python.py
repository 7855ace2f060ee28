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
    recorded,
    so,
    windows,
)
from wontload.diagnosis import Severity
from wontload.diagnosis.built_for import made_for
from wontload.diagnosis.wheel_fit import fits
from wontload.knowledge.wheel_tags import expand
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
    assert first.explanation.endswith("-m pip install --force-reinstall Pkg`")
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


LIBRARY = "libother-1f2e.so"


def made_for_wheel(*tags: str, files: tuple[str, ...], implementation: str = "CPython") -> Machine:
    """The machine with a distribution `pkg` of these WHEEL tags and native files."""
    contents = {f"{LINUX_PACKAGE}/{one}": dll() if one.endswith((".pyd", ".dll")) else so() for one in files}
    made = recorded(linux({INIT: None, **contents}), pkg=list(contents))
    assert made.python is not None
    python = replace(made.python, extension_suffixes=GNU, implementation=implementation)
    (own,) = made.inventory.distributions or ()
    inventory = replace(made.inventory, distributions=(replace(own, tags=tags, modules=("pkg",)),))
    return replace(made, python=python, inventory=inventory)


NO_DIRECTORIES = {
    "outcome": Outcome.FAILS,
    "error": replace(python_error("AttributeError", "module 'os' has no attribute 'add_dll_directory'"), file=INIT),
    "origin": INIT,
    "distributions": (("pkg", "1.0"),),
}
WIN = ("_c.cp311-win_amd64.pyd", "own.dll")
ARM = ("_c.cpython-311-aarch64-linux-gnu.so",)


@pytest.mark.parametrize(
    ("tag", "files", "made"),
    [
        ("cp311-cp311-win_amd64", WIN, "win_amd64"),
        ("cp311-cp311-manylinux_2_17_aarch64", ARM, "manylinux_2_17_aarch64"),
        ("cp312-cp312-manylinux_2_17_x86_64", (OTHER, LIBRARY), "cp312-cp312-manylinux_2_17_x86_64"),
        ("py3-none-win_amd64", ("own.dll",), "win_amd64"),
    ],
)
def test_a_whole_package_for_another_system_ends_in_an_error_of_its_own(tag: str, files: tuple[str, ...], made: str):
    answer = diagnose(made_for_wheel(tag, files=files), **NO_DIRECTORIES)
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL501", Severity.ERROR, True)
    assert first.title == f"pkg 1.0 is for {made}, and this Python is CPython 3.11 on linux_x86_64"
    assert first.subject == files[0]
    assert data(first, "record", "tags") == [[tag]]
    assert first.explanation.endswith("-m pip install --force-reinstall pkg`")


def test_an_import_that_asked_for_none_of_them_is_warned_of():
    made = made_for_wheel("cp311-cp311-win_amd64", files=WIN)
    answer = diagnose(made, origin=INIT, distributions=(("pkg", "1.0"),))
    (only,) = answer.findings
    assert (only.code, only.severity, only.explains_error, answer.verdict) == (
        "WL501",
        Severity.WARNING,
        False,
        "loads",
    )


def test_the_package_whose_code_raised_is_named_and_not_the_target():
    made = made_for_wheel("cp311-cp311-win_amd64", files=WIN)
    (first,) = diagnose(made, target="user", **{**NO_DIRECTORIES, "origin": None, "distributions": ()}).findings
    assert (first.code, first.chain) == ("WL501", ("user", "pkg"))


@pytest.mark.parametrize(
    ("tags", "files"),
    [
        (("cp311-cp311-manylinux_2_17_x86_64",), ARM),  # the tag fits, as a cross build's or a pure wheel's may
        (("cp311-cp311-win_amd64",), (*WIN, "_c.cpython-311-x86_64-linux-gnu.so")),  # a module for this one is there
        (("cp311-cp311-linux_aarch64",), ("_c.abi3.so",)),
        (("py3-none-any",), WIN),
        (("cp39-abi3-manylinux1_x86_64", "cp39-abi3-manylinux_2_17_x86_64"), OTHER.split()),
        ((), (LIBRARY,)),
        ((), ("own.dll",)),
    ],
)
def test_is_silent_where_tags_or_files_are_for_this_python(tags: tuple[str, ...], files: tuple[str, ...]):
    assert codes(diagnose(made_for_wheel(*tags, files=files), **NO_DIRECTORIES)) == ["WL903"]


@pytest.mark.parametrize(
    ("tag", "implementation", "takes"),
    [
        ("cp311-cp311-linux_x86_64", "CPython", True),
        ("cp311-cp311t-linux_x86_64", "CPython", False),
        ("cp310-cp310-linux_x86_64", "CPython", False),
        ("cp38-abi3-musllinux_1_1_x86_64", "CPython", False),
        ("pp310-pypy310_pp73-linux_x86_64", "CPython", False),
        ("cp311-cp311-linux_x86_64", "PyPy", False),
        ("cp310-none-any", "CPython", True),
        ("py3-none-macosx_11_0_arm64", "CPython", False),
    ],
)
def test_which_tags_fit(tag: str, implementation: str, takes: bool):
    (one,) = expand(tag)
    assert fits(made_for_wheel(tag, files=(), implementation=implementation), one) is takes


IN_SOURCE = python_error("ImportError", "the backend has not been compiled", file=f"{LINUX_PACKAGE}/_c.py", line=3)


def test_a_module_whose_source_was_taken_for_want_of_a_compiled_one():
    """Cython's pure Python mode: the source is installed beside what was compiled of it, and raises by itself."""
    answer = diagnose(machine(OTHER), **{**NO_C, "missing_module": None, "error": IN_SOURCE})
    (first,) = answer.findings
    assert (first.code, first.explains_error, first.subject) == ("WL501", True, OTHER)


@pytest.mark.parametrize("files", [(), ("_c.abi3.so", OTHER), ("_d.cpython-312-x86_64-linux-gnu.so",)])
def test_is_silent_of_source_that_raises_without_one_for_another_python(files: tuple[str, ...]):
    answer = diagnose(machine(*files), **{**NO_C, "missing_module": None, "error": IN_SOURCE})
    assert "WL501" not in codes(answer)
