"""WL601: everything was found, and a DllMain said no. A start-up that ends the process is WL605."""

from __future__ import annotations

from tests.support.machines import (
    PACKAGE,
    SYSTEM32,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    import_load,
    saw,
    windows,
)
from wontload.diagnosis import Severity
from wontload.machine import Outcome

MODULE = PACKAGE + r"\_c.pyd"
SOUND = windows({MODULE: dll()})
INIT_FAILED = 1114


def test_error_1114():
    answer = diagnose(SOUND, saw(import_load(MODULE), succeeded=False, number=INIT_FAILED))
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL601", Severity.ERROR, True)
    assert (first.subject, first.chain, first.load) == ("_c.pyd", ("pkg", "_c.pyd"), 0)
    assert [one.kind for one in first.evidence] == ["request", "observed"]
    assert data(first, "observed", "number") == [INIT_FAILED]
    assert "DllMain" in first.explanation
    assert answer.verdict == "fails"


def test_the_libraries_that_are_started_before_it_are_named():
    """Windows does not say which of them it was; loaded by itself, each tells."""
    own, system = PACKAGE + r"\own lib.dll", SYSTEM32 + r"\kernel32.dll"
    machine = windows({MODULE: dll("own lib.dll", "kernel32.dll"), own: dll(), system: dll()})
    (first,) = diagnose(machine, saw(import_load(MODULE), succeeded=False, number=INIT_FAILED)).findings
    assert data(first, "file", "path") == [own]
    assert first.explanation.endswith(f'`wontload "{own}"` tells.')


def test_what_the_model_misses_does_not_explain_1114():
    """1114 means that all was found: a file that the model does not find cannot be the reason."""
    machine = windows({MODULE: dll("gone.dll")})
    answer = diagnose(machine, saw(import_load(MODULE), succeeded=False, number=INIT_FAILED))
    assert answer.findings[0].code == "WL601"
    assert {one.code: one.explains_error for one in answer.findings} == {"WL601": True, "WL201": False, "WL901": False}


def test_is_silent_where_a_file_is_missing():
    assert codes(diagnose(windows({MODULE: dll("gone.dll")}), import_load(MODULE))) == ["WL201"]


def test_is_silent_where_the_import_survived_it():
    failed = saw(ctypes_load(MODULE), succeeded=False, number=INIT_FAILED)
    assert codes(diagnose(SOUND, failed, survived=True)) == []


def test_is_silent_where_the_process_ended():
    inside = saw(import_load(MODULE), succeeded=None)
    answer = diagnose(SOUND, inside, outcome=Outcome.CRASHED, exit_status=0xC0000005)
    assert codes(answer) == ["WL605"]


def test_a_dllmain_that_raises():
    """LoadLibrary gives the exception as its error."""
    answer = diagnose(SOUND, saw(import_load(MODULE), succeeded=False, number=0xC0000005 - (1 << 32)))
    (first,) = answer.findings
    assert (first.code, first.subject) == ("WL601", "_c.pyd")
    assert "0xC0000005" in first.title
    assert "raised an exception" in first.explanation
