"""WL604: two runtimes that each want to be alone."""

from __future__ import annotations

import pytest

from tests.support.machines import LINUX_SITE, PACKAGE, SITE, codes, diagnose, dll, import_load, linux, saw, so, windows
from wontload.diagnosis import Severity
from wontload.machine import Outcome

MODULE = PACKAGE + r"\_c.pyd"
INTEL, LLVM = SITE + r"\mkl\libiomp5md.dll", SITE + r"\torch\lib\libiomp5md.dll"
GOMP = LINUX_SITE + "/scikit_learn.libs/libgomp-a34b3233.so.1.0.0"
IOMP = LINUX_SITE + "/torch/lib/libiomp5.so"
SAID = "OMP: Error #15: Initializing libiomp5md.dll, but found libiomp5md.dll already initialized."
BOTH = windows({MODULE: dll(), INTEL: dll(), LLVM: dll()})


def ended(*mapped: str, printed: tuple[str, ...] = (SAID, "OMP: Hint: This means"), **more):
    more = {"outcome": Outcome.EXITED, "exit_status": 3, **more}
    return {"modules": mapped, "printed": printed, **more}


def test_the_runtime_says_so_and_ends_the_process():
    answer = diagnose(BOTH, **ended(INTEL, LLVM))
    (first,) = answer.findings
    assert (answer.verdict, first.code, first.severity) == ("fails", "WL604", Severity.ERROR)
    assert first.explains_error
    assert first.title == "two OpenMP runtimes collide in one process: those of mkl and torch"
    assert (first.subject, first.component) == ("libiomp5md.dll", "openmp")
    assert first.evidence[0].text == f"the process printed: {SAID}"


def test_a_crash_with_the_same_words():
    inside = saw(import_load(MODULE), succeeded=None)
    answer = diagnose(BOTH, inside, **ended(INTEL, LLVM, outcome=Outcome.CRASHED, exit_status=0xC0000409))
    assert codes(answer) == ["WL604"]


def test_two_of_gccs_and_intels_at_a_failed_start_are_a_suspicion():
    answer = diagnose(BOTH, saw(import_load(MODULE), succeeded=False, number=1114), modules=(INTEL, LLVM))
    assert [(one.code, one.severity) for one in answer.findings] == [
        ("WL601", Severity.ERROR),
        ("WL604", Severity.WARNING),
    ]


def test_an_import_that_hangs_with_two():
    machine = linux({GOMP: so(), IOMP: so()})
    answer = diagnose(machine, outcome=Outcome.TIMED_OUT, modules=(GOMP, IOMP))
    found = next(one for one in answer.findings if one.code == "WL604")
    assert (answer.verdict, found.severity, found.explains_error) == ("undetermined", Severity.WARNING, False)
    assert "scikit_learn and torch" in found.title


def test_two_that_quarrel_are_worth_a_note():
    answer = diagnose(BOTH, modules=(INTEL, LLVM))
    assert [(one.code, one.severity) for one in answer.findings] == [("WL604", Severity.NOTE)]
    assert answer.verdict == "loads"


def test_protobuf_registered_twice():
    said = "E0101 descriptor_database.cc:642] File already exists in database: onnx/onnx.proto"
    answer = diagnose(linux(), **ended(printed=(said,), outcome=Outcome.CRASHED, exit_status=-6))
    (first,) = answer.findings
    assert (first.code, first.subject, first.explains_error) == ("WL604", "protobuf", True)


@pytest.mark.parametrize("mapped", [(INTEL,), (INTEL, INTEL.upper()), ()], ids=["one", "one twice", "none"])
def test_is_silent_where_there_is_one(mapped):
    assert codes(diagnose(BOTH, modules=mapped)) == []


def test_is_silent_about_two_that_get_on():
    assert codes(diagnose(linux({GOMP: so(), IOMP: so()}), modules=(GOMP, IOMP))) == []


def test_is_silent_about_another_crash():
    answer = diagnose(BOTH, **ended(INTEL, printed=("Segmentation fault",), outcome=Outcome.CRASHED, exit_status=-11))
    assert codes(answer) == ["WL605"]
