"""WL203: the program added the directory, in vain. What merely lies about is WL202."""

from __future__ import annotations

import pytest

from tests.support.machines import (
    CUDA,
    LINUX_PACKAGE,
    PACKAGE,
    SYSTEM32,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    dlopen,
    import_load,
    linux,
    of_kind,
    so,
    told,
    windows,
)
from wontload.diagnosis import Severity
from wontload.machine import AddedDirectory, UnseenDirectory

LLAMA = PACKAGE + r"\lib\llama.dll"
GGML = PACKAGE + r"\lib\ggml-cuda.dll"
NAMES = ("cudart64_12.dll", "cublas64_12.dll")
TOOLKIT = {CUDA + "\\" + name: dll(file_version=(12, 4, 99, 0)) for name in NAMES}
MACHINE = windows({LLAMA: dll("ggml-cuda.dll"), GGML: dll(*NAMES), **TOOLKIT})
BY_CALL = AddedDirectory(CUDA, PACKAGE + r"\loader.py", 5, "CUDA_PATH")
LIBRARY = LINUX_PACKAGE + "/libfoo.so"


def test_winmode_0_ignores_add_dll_directory():
    """The case that started it all."""
    request = ctypes_load(LLAMA, winmode=0, added=[BY_CALL], path=[PACKAGE + r"\lib", SYSTEM32])
    answer = diagnose(MACHINE, request)
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL203", Severity.ERROR, True)
    assert (first.subject, first.also, first.component) == ("cudart64_12.dll", ("cublas64_12.dll",), "cuda-runtime 12")
    assert first.chain == ("pkg", "llama.dll", "ggml-cuda.dll", "cudart64_12.dll")
    kinds = ["request", "observed", "searched", "copy", "copy", "added", "provider", "provider"]
    assert [one.kind for one in first.evidence] == kinds
    (added,) = of_kind(first, "added")
    assert added.data == {
        "directory": CUDA,
        "file": PACKAGE + r"\loader.py",
        "line": 5,
        "expression": "CUDA_PATH",
    }
    assert data(first, "copy", "path") == [CUDA + "\\" + name for name in NAMES]
    assert first.explanation.endswith("helps only loads that do not pass winmode=0.")
    assert answer.verdict == "fails"


def test_default_flags_ignore_a_path_that_the_program_changed():
    machine = windows({LLAMA: dll(*NAMES), **TOOLKIT})
    (first,) = diagnose(machine, ctypes_load(LLAMA, path=[CUDA, SYSTEM32])).findings
    assert (first.code, first.subject, first.also) == ("WL203", "cudart64_12.dll", ("cublas64_12.dll",))
    (added,) = of_kind(first, "added")
    assert (added.data["directory"], added.data["expression"]) == (CUDA, "PATH")
    assert added.text == f"{CUDA} was put on PATH by the program while it ran"
    assert first.explanation.endswith("helps only loads with winmode=0.")


def test_ld_library_path_is_read_when_the_process_starts():
    machine = linux({LIBRARY: so("libcudart.so.12"), "/opt/mine/libcudart.so.12": so()})
    answer = diagnose(machine, dlopen(LIBRARY), environment_changes={"LD_LIBRARY_PATH": "/opt/mine"})
    (first,) = answer.findings
    assert (first.code, first.severity, first.subject) == ("WL203", Severity.ERROR, "libcudart.so.12")
    assert data(first, "copy", "path") == ["/opt/mine/libcudart.so.12"]
    assert data(first, "added", "directory") == ["/opt/mine"]
    assert data(first, "added", "expression") == ["LD_LIBRARY_PATH"]
    assert "once, when the process starts" in first.explanation
    assert "add_dll_directory" not in told(first)


def test_a_directory_that_was_added_too_late():
    """The flags heed such directories; this one was not there yet. To say that the load ignores PATH would be wrong."""
    later = ctypes_load(PACKAGE + r"\other.dll", added=[BY_CALL])
    answer = diagnose(MACHINE, ctypes_load(LLAMA), later, survived=True)
    first = next(one for one in answer.findings if one.code == "WL203")
    assert first.explanation.endswith("The program added the directory only after this load.")
    assert of_kind(first, "added")[0].text.endswith(":5, after this load")


def test_a_directory_that_was_taken_away_again():
    earlier = ctypes_load(GGML, added=[BY_CALL])
    (first,) = diagnose(MACHINE, earlier, ctypes_load(LLAMA)).findings
    assert first.code == "WL203"
    assert "counted no more when this load was made" in first.explanation


def test_path_changed_after_a_load_that_heeds_path():
    change = {"PATH": f"{CUDA};{SYSTEM32}"}
    (first,) = diagnose(
        MACHINE, ctypes_load(LLAMA, winmode=0, path=[PACKAGE + r"\lib"]), environment_changes=change
    ).findings
    assert first.code == "WL203"
    assert first.explanation.endswith("The program added the directory only after this load.")


def test_is_silent_where_path_had_it_before():
    """Another spelling of an entry is no change of it."""
    machine = windows({LLAMA: dll(*NAMES), **TOOLKIT}, environment={"PATH": f'{SYSTEM32};"{CUDA}\\"'})
    assert codes(diagnose(machine, import_load(LLAMA, path=[SYSTEM32, CUDA.upper()]))) == ["WL202"]


def test_is_silent_where_the_load_heeds_it():
    assert codes(diagnose(MACHINE, ctypes_load(LLAMA, added=[BY_CALL]))) == []


def test_is_silent_where_ld_library_path_was_set_in_time():
    machine = linux({LIBRARY: so("libcudart.so.12"), "/opt/mine/libcudart.so.12": so()})
    assert codes(diagnose(machine, dlopen(LIBRARY, library_path="/opt/mine"))) == []


@pytest.mark.parametrize(
    ("loads_before", "says"),
    [(0, "counted no more when this load was made"), (1, "The program added the directory only after this load.")],
)
def test_a_directory_that_no_load_had_the_use_of(loads_before: int, says: str):
    """No load's process shows it, and to call its files absent would be wrong."""
    unseen = UnseenDirectory(directory=BY_CALL, loads_before=loads_before)
    (first,) = diagnose(MACHINE, ctypes_load(LLAMA), unseen_directories=(unseen,)).findings
    assert first.code == "WL203"
    assert says in first.explanation
    assert of_kind(first, "added")[0].data["when"] in ("after this load", "and taken away again before this load")
