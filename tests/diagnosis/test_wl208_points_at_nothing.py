"""WL208: a directory that is not there was added, or a variable names one. One that is there is WL203."""

from __future__ import annotations

import pytest

from tests.support.machines import (
    CUDA,
    PACKAGE,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    dlopen,
    failed_directory,
    linux,
    of_kind,
    python_error,
    told,
    windows,
)
from wontload.diagnosis import Case, Diagnosis, JudgedLoad, Severity
from wontload.diagnosis import diagnose as judge
from wontload.loader import load as simulate
from wontload.machine import Machine, Outcome

GONE = r"C:\gone\v11.8"
LLAMA = PACKAGE + r"\llama.dll"


def ended_by(machine: Machine, directory: str, number: int, expression: str | None = None) -> Diagnosis:
    """The diagnosis of an import that ended in `os.add_dll_directory(directory)`."""
    error = python_error("FileNotFoundError", f"[WinError {number}]", number=number, raised_by="add_dll_directory")
    failed = failed_directory(directory, number=number, expression=expression)
    return diagnose(machine, failed_directories=(failed,), outcome=Outcome.FAILS, error=error)


def test_a_call_that_ends_the_import():
    machine = windows(environment={"CUDA_PATH": GONE})
    answer = ended_by(machine, GONE + r"\bin", 3, "CUDA_PATH")
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL208", Severity.ERROR, True)
    assert (first.title, first.subject, first.also) == ("CUDA_PATH points at nothing", "CUDA_PATH", (GONE + r"\bin",))
    assert (first.chain, first.load) == (("pkg",), None)
    assert [one.kind for one in first.evidence] == ["request", "observed", "file", "variable"]
    assert data(first, "request", "line") == [5]
    assert data(first, "observed", "number") == [3]
    assert of_kind(first, "variable")[0].data == {"name": "CUDA_PATH", "value": GONE}
    assert "does not catch it" in first.explanation
    assert answer.verdict == "fails"


def test_a_variable_that_is_right_and_only_a_part_below_it_is_gone():
    """CUDA 13 has its DLLs in `bin\\x64`; to call the variable wrong would send its owner astray."""
    machine = windows({CUDA + r"\cudart64_12.dll": dll()}, environment={"CUDA_PATH": CUDA})
    (first,) = ended_by(machine, CUDA + r"\lib", 2, "CUDA_PATH").findings
    assert first.title == "CUDA_PATH names a directory that has no lib"


def test_a_directory_without_a_variable():
    (first,) = ended_by(windows(), GONE, 3).findings
    assert (first.title, first.subject, first.also) == (rf"{GONE} does not exist", GONE, ())


@pytest.mark.parametrize(
    ("directory", "number", "title"),
    [
        ("libs", 87, "libs is not a full path"),
        ("", 87, "an empty path is not a full path"),
        (r"C:\private", 5, r"C:\private cannot be added"),
    ],
)
def test_other_errors_do_not_say_that_it_is_absent(directory: str, number: int, title: str):
    (first,) = ended_by(windows(), directory, number).findings
    assert (first.code, first.title) == ("WL208", title)
    assert "does not exist" not in told(first)


def test_a_call_that_the_package_catches_is_a_warning():
    failed = failed_directory(GONE, expression="CUDA_PATH")
    machine = windows({LLAMA: dll("gone.dll")}, environment={"CUDA_PATH": GONE})
    answer = diagnose(machine, ctypes_load(LLAMA), failed_directories=(failed,))
    assert codes(answer) == ["WL201", "WL208"]
    second = answer.findings[1]
    assert (second.severity, second.explains_error, second.subject) == (Severity.WARNING, False, "CUDA_PATH")


def test_a_variable_alone():
    machine = windows({LLAMA: dll("gone.dll")}, environment={"CUDA_PATH": GONE})
    answer = diagnose(machine, ctypes_load(LLAMA))
    assert codes(answer) == ["WL201", "WL208"]
    assert of_kind(answer.findings[1], "variable")[0].data == {"name": "CUDA_PATH", "value": GONE}


def test_linux_has_such_variables_too():
    answer = diagnose(linux(environment={"CUDA_HOME": "/usr/local/cuda-9"}), dlopen("libgone.so.1"))
    assert [one.subject for one in answer.findings if one.code == "WL208"] == ["CUDA_HOME"]


def test_is_silent_where_the_target_loads():
    machine = windows({LLAMA: dll()}, environment={"CUDA_PATH": GONE})
    assert codes(diagnose(machine, ctypes_load(LLAMA))) == []
    caught = failed_directory(PACKAGE + r"\..\..\x64\bin")  # as every opencv-python tries one
    assert codes(diagnose(machine, ctypes_load(LLAMA), outcome=Outcome.LOADS, failed_directories=(caught,))) == []
    request = ctypes_load(LLAMA)
    loads = (JudgedLoad(request=request, simulated=simulate(machine, request)),)
    unobserved = judge(Case(target="pkg", kind="import", machine=machine, loads=loads))
    assert (unobserved.verdict, codes(unobserved)) == ("loads", ["WL902"])


def test_is_silent_where_the_directory_exists_or_the_variable_means_something_else():
    files = {LLAMA: dll("gone.dll"), CUDA + r"\cudart64_12.dll": dll()}
    machine = windows(files, environment={"CUDA_PATH": CUDA, "CUDA_HOME": "12.4", "MY_PATH": GONE})
    assert codes(diagnose(machine, ctypes_load(LLAMA))) == ["WL201"]


def test_is_silent_where_nobody_knows_what_is_there():
    machine = windows({LLAMA: dll("gone.dll")}, environment={"CUDA_PATH": r"D:\cuda"}, complete=[PACKAGE])
    assert "WL208" not in codes(diagnose(machine, ctypes_load(LLAMA)))


def test_a_directory_that_only_the_installed_package_has_is_missing_because_of_a_shadow():
    """A checkout of the package in the current directory has no `lib`: WL503 is the cause, this its effect."""
    installed = {PACKAGE + r"\__init__.py": None, PACKAGE + r"\lib\llama.dll": dll()}
    shadow = r"C:\work\pkg"
    machine = windows({**installed, shadow + r"\__init__.py": None})
    error = python_error("FileNotFoundError", "[WinError 2]", number=2, raised_by="add_dll_directory")
    ended = {"outcome": Outcome.FAILS, "error": error, "origin": shadow + r"\__init__.py"}
    answer = diagnose(machine, failed_directories=(failed_directory(shadow + r"\lib", number=2),), **ended)
    assert [(one.code, one.explains_error) for one in answer.findings] == [("WL503", True), ("WL208", False)]
    answer = diagnose(machine, failed_directories=(failed_directory(shadow + r"\bin", number=2),), **ended)
    assert answer.findings[0].code == "WL208"


def test_a_variable_that_names_a_file():
    machine = windows({r"C:\cuda.zip": None}, environment={"CUDA_PATH": r"C:\cuda.zip"})
    (first,) = ended_by(machine, r"C:\cuda.zip\bin", 3, "CUDA_PATH").findings
    assert first.title == "CUDA_PATH names a file, and a directory is wanted"


SHIM = r"C:\venv\Lib\site-packages\_wontload_for_pkg.py"


def with_scoped_path(text: bytes, *there: str) -> Diagnosis:
    files = {LLAMA: dll("cudart64_12.dll"), SHIM: text, **{one: dll() for one in there}}
    return diagnose(windows(files), ctypes_load(LLAMA))


def shim(add: list[str], preload: list[str]) -> bytes:
    from wontload.remedy.scoped_path import module_text

    return module_text("pkg", add=add, preload=preload).encode()


def test_a_scoped_path_whose_aim_is_gone():
    answer = with_scoped_path(shim([GONE], [GONE + r"\cudart64_12.dll"]))
    (found,) = (one for one in answer.findings if one.code == "WL208")
    assert (found.severity, found.explains_error, found.subject) == (Severity.WARNING, False, SHIM)
    assert found.also == (GONE, GONE + r"\cudart64_12.dll")


def test_is_silent_about_a_scoped_path_that_leads_somewhere():
    assert "WL208" not in codes(with_scoped_path(shim([PACKAGE], [LLAMA])))


@pytest.mark.parametrize(
    "text", [b"ADD = (", b"ADD = [1, None]", b"PRELOAD = open('x')", b"\xff\0", b"ADD = " + b"[" * 9999]
)
def test_a_file_of_that_name_that_is_something_else(text: bytes):
    assert "WL208" not in codes(with_scoped_path(text))
