"""WL102: a file that is empty, cut off or corrupt. One that never was a library is WL104."""

from __future__ import annotations

import pytest

from tests.support.machines import (
    LINUX_PACKAGE,
    PACKAGE,
    broken,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    dlopen,
    linux,
    of_kind,
    recorded,
    saw,
    so,
    windows,
)
from wontload.binary import Defect
from wontload.diagnosis import Severity
from wontload.machine import Outcome

LLAMA = PACKAGE + r"\llama.dll"
GGML = PACKAGE + r"\ggml.dll"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"
NUMBERS = {"SIGBUS": 7, "SIGSEGV": 11}  # of Linux


@pytest.mark.parametrize(
    ("defect", "word"), [(Defect.EMPTY, "empty"), (Defect.TRUNCATED, "cut off"), (Defect.CORRUPT, "corrupt")]
)
def test_a_dependency_that_is_damaged(defect: Defect, word: str):
    machine = windows({LLAMA: dll("ggml.dll"), GGML: broken(defect, GGML, what="it has 7 bytes")})
    answer = diagnose(machine, ctypes_load(LLAMA))
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL102", Severity.ERROR, True)
    assert first.title == f"ggml.dll is {word}"
    assert (first.subject, first.chain, first.load) == ("ggml.dll", ("pkg", "llama.dll", "ggml.dll"), 0)
    assert [one.kind for one in first.evidence] == ["request", "observed", "file"]
    (file,) = of_kind(first, "file")
    assert (file.data["path"], file.data["what"]) == (GGML, "it has 7 bytes")
    assert data(first, "observed", "number") == [193]


def test_the_file_asked_for():
    (first,) = diagnose(windows({LLAMA: broken(Defect.TRUNCATED)}), ctypes_load(LLAMA)).findings
    assert (first.code, first.subject, first.chain) == ("WL102", "llama.dll", ("pkg", "llama.dll"))


def test_a_whole_copy_elsewhere_is_evidence():
    other = r"C:\tools\ggml.dll"
    machine = windows({LLAMA: dll("ggml.dll"), GGML: broken(Defect.EMPTY), other: dll()})
    (first,) = diagnose(machine, ctypes_load(LLAMA, path=[r"C:\tools"])).findings
    assert data(first, "copy", "path") == [other]


@pytest.mark.parametrize(("part", "signal"), [("segments", "SIGBUS"), ("dynamic section", "SIGSEGV")])
def test_a_library_cut_in_its_segments_takes_the_process_down(part: str, signal: str):
    """glibc maps it and dies of the signal: the crash is the symptom, the file is the cause."""
    cut = broken(Defect.TRUNCATED, LIBRARY, part=part, header=_header())
    request = dlopen(LIBRARY)
    machine = linux({LIBRARY: cut})
    answer = diagnose(
        machine, saw(request, succeeded=None), outcome=Outcome.CRASHED, exit_status=-NUMBERS[signal], cut_short=True
    )
    (first,) = answer.findings
    assert (first.code, first.explains_error, first.severity) == ("WL102", True, Severity.ERROR)
    assert signal in of_kind(first, "observed")[0].text


def test_tables_of_which_no_model_knows_what_the_loader_makes():
    """The model does not decide, the load was seen to fail, and the file is corrupt: that is no riddle."""
    machine = linux({LIBRARY: broken(Defect.CORRUPT, LIBRARY, header=_header())})
    failed = saw(dlopen(LIBRARY), succeeded=False, text=f"{LIBRARY}: cannot read file data")
    (first,) = diagnose(machine, failed).findings
    assert (first.code, first.subject, first.explains_error) == ("WL102", "libfoo.so", True)


def test_is_silent_where_the_file_never_was_a_library():
    assert codes(diagnose(windows({LLAMA: broken(Defect.NOT_NATIVE)}), ctypes_load(LLAMA))) == ["WL104"]


def test_is_silent_about_a_damaged_file_that_no_load_met():
    machine = windows({LLAMA: dll("ggml.dll"), GGML: dll(), PACKAGE + r"\old.dll": broken(Defect.EMPTY)})
    assert codes(diagnose(machine, ctypes_load(LLAMA))) == []


def _header() -> bytes:
    from wontload.loader.glibc.header import header_of

    return header_of(so())


def test_who_brings_a_whole_one_is_who_brought_the_damaged_one():
    """The record's distribution by name; a file of the system's, or one that somebody copied, nobody's package."""
    machine = windows({LLAMA: dll("ggml.dll"), GGML: broken(Defect.EMPTY, GGML)})
    (first,) = diagnose(recorded(machine, ggml_runtime=[GGML]), ctypes_load(LLAMA)).findings
    assert first.explanation.endswith("-m pip install --force-reinstall --no-deps --no-cache-dir ggml_runtime==1.0`")
    (first,) = diagnose(machine, ctypes_load(LLAMA)).findings
    assert "installing the package again" in first.explanation
    library = "/opt/made/libbar.so"
    machine = linux({LIBRARY: so("libbar.so", runpath=("/opt/made",)), library: broken(Defect.EMPTY, library)})
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert "no installed package is known to have brought it" in first.explanation


def test_a_library_in_which_nothing_can_run_is_corrupt():
    """Windows maps it, and its initialisation raises an exception: 998, which alone would be WL601."""
    what = "its entry point lies in a section that may not be executed"
    machine = windows({LLAMA: dll("ggml.dll"), GGML: dll(entry_defect=what)})
    answer = diagnose(machine, ctypes_load(LLAMA))
    (first,) = answer.findings
    assert (first.code, first.subject) == ("WL102", "ggml.dll")
    assert any(what in one.text for one in first.evidence)
