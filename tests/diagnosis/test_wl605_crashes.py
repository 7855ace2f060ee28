"""WL605: the process ends while the target is loading. A refusal is WL601, a time limit WL902."""

from __future__ import annotations

from tests.support.machines import (
    LINUX_PACKAGE,
    PACKAGE,
    codes,
    data,
    diagnose,
    dll,
    dlopen,
    import_load,
    linux,
    of_kind,
    saw,
    so,
    windows,
)
from wontload.diagnosis import Severity
from wontload.machine import Outcome

MODULE = PACKAGE + r"\_c.pyd"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"
ACCESS_VIOLATION = 0xC0000005
SIGILL = 4


def test_inside_a_load():
    mapped = (MODULE, r"C:\tools\foo.dll")
    inside = saw(import_load(MODULE), succeeded=None)
    answer = diagnose(
        windows({MODULE: dll()}), inside, outcome=Outcome.CRASHED, exit_status=ACCESS_VIOLATION, modules=mapped
    )
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL605", Severity.ERROR, True)
    assert (first.subject, first.chain, first.load) == ("_c.pyd", ("pkg", "_c.pyd"), 0)
    assert first.title.startswith("the process crashes while _c.pyd is loading: 0xC0000005 STATUS_ACCESS_VIOLATION")
    assert [one.kind for one in first.evidence] == ["observed", "request", "observed"]
    assert of_kind(first, "observed")[0].data == {"exit_status": ACCESS_VIOLATION}
    assert of_kind(first, "observed")[1].data == {"path": r"C:\tools\foo.dll"}
    assert answer.verdict == "fails"


def test_the_innermost_of_nested_loads():
    outer, inner = saw(dlopen(LIBRARY), succeeded=None), saw(dlopen("libbar.so.1"), succeeded=None)
    answer = diagnose(linux({LIBRARY: so()}), outer, inner, outcome=Outcome.CRASHED, exit_status=-SIGILL)
    (first,) = answer.findings
    assert (first.subject, first.load) == ("libbar.so.1", 1)
    assert "SIGILL" in first.title


def test_outside_any_load():
    done = saw(dlopen(LIBRARY))
    answer = diagnose(linux({LIBRARY: so()}), done, outcome=Outcome.CRASHED, exit_status=-SIGILL)
    (first,) = answer.findings
    assert (first.subject, first.chain, first.load) == ("pkg", ("pkg",), None)
    assert "during the import of pkg" in first.title
    assert of_kind(first, "request") == []


def test_a_missing_file_is_not_why_a_load_crashes():
    """The loader would have said so and come back; that the model misses it is the model's trouble."""
    inside = saw(dlopen(LIBRARY), succeeded=None)
    answer = diagnose(linux({LIBRARY: so("libgone.so.1")}), inside, outcome=Outcome.CRASHED, exit_status=-SIGILL)
    assert codes(answer) == ["WL605"]
    assert answer.findings[0].explains_error


def test_an_import_that_leaves_the_process():
    answer = diagnose(windows(), outcome=Outcome.EXITED, exit_status=3)
    (first,) = answer.findings
    assert (first.code, first.explains_error, first.subject) == ("WL605", True, "pkg")
    assert first.title == "the process ends itself during the import of pkg: exit code 3"
    assert data(first, "observed", "exit_status") == [3]
    assert "package's own code" in first.explanation
    assert answer.verdict == "fails"


def test_a_kill_from_outside_is_not_blamed_on_the_code():
    (first,) = diagnose(linux(), outcome=Outcome.CRASHED, exit_status=-9).findings
    assert "brought the process down" not in first.explanation
    assert "killed from outside" in first.title


def test_is_silent_where_an_exception_came_out():
    assert codes(diagnose(windows(), import_load(MODULE))) == ["WL101"]


def test_is_silent_where_the_time_was_up():
    assert codes(diagnose(windows(), outcome=Outcome.TIMED_OUT, seconds=60.0)) == ["WL902"]
