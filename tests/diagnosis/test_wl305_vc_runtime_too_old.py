"""WL305: the Visual C++ runtime lacks what is taken from it, or is older than the code when a start-up fails.

Modelled after Microsoft's documents: no Windows confirms it here.
"""

from __future__ import annotations

import pytest

from tests.support.machines import (
    BASE,
    PACKAGE,
    SYSTEM32,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    import_load,
    saw,
    told,
    windows,
)
from wontload.diagnosis import Severity
from wontload.machine import Outcome

MODULE = PACKAGE + r"\_c.pyd"
MSVCP = SYSTEM32 + r"\msvcp140.dll"
OLD, NEW = (14, 29, 30133, 0), (14, 42, 34433, 0)


LOCK, MAKE = "_Mtx_lock", "_Mtx_init_in_situ"


def machine(version=OLD, linker=(14, 41), taken=("old", LOCK)):
    runtime = dll(exports=("old", LOCK, MAKE), file_version=version)
    return windows({MODULE: dll(("msvcp140.dll", taken), linker_version=linker), MSVCP: runtime})


def test_a_procedure_that_it_does_not_have_yet():
    (first,) = diagnose(machine(taken=("old", "new")), ctypes_load(MODULE)).findings
    assert (first.code, first.severity, first.explains_error) == ("WL305", Severity.ERROR, True)
    assert first.title == "the Visual C++ runtime is older than _c.pyd needs: msvcp140.dll 14.29.30133.0 has no new"
    assert (first.subject, first.component) == ("new", "msvc-runtime 14")
    assert data(first, "file", "toolset") == ["14.41"]
    assert "Visual Studio 2022 17.11" in told(first)
    assert "redistributable" in first.explanation


def test_1114_on_either_side_of_the_mutex_that_changed():
    answer = diagnose(machine(), saw(import_load(MODULE), succeeded=False, number=1114))
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL305", Severity.ERROR, True)
    assert first.title == "the Visual C++ runtime (msvcp140.dll 14.29.30133.0) is older than _c.pyd needs (14.41)"
    assert (first.subject, first.chain) == ("msvcp140.dll", ("pkg", "_c.pyd", "msvcp140.dll"))
    assert "STL#3824" in first.explanation


@pytest.mark.parametrize("number", [998, 0xC0000005 - (1 << 32)])
def test_an_access_violation_in_a_dllmain_likewise(number: int):
    """998 is what LoadLibrary makes of it."""
    answer = diagnose(machine(), saw(import_load(MODULE), succeeded=False, number=number))
    assert codes(answer) == ["WL305"]
    assert codes(diagnose(machine(NEW), saw(import_load(MODULE), succeeded=False, number=number))) == ["WL601"]


def test_what_the_code_takes_decides_and_not_its_linker_alone():
    """LLVM's linker writes 14.0 whatever it linked; seen in bitsandbytes' libraries for ROCm."""
    load = saw(import_load(MODULE), succeeded=False, number=1114)
    (first,) = diagnose(machine(linker=(14, 0)), load).findings
    assert (first.code, first.explains_error) == ("WL305", True)
    assert "takes _Mtx_lock from it, and no _Mtx_init_in_situ" in told(first)


@pytest.mark.parametrize(
    ("version", "linker", "taken"),
    [
        (OLD, (14, 41), ("old",)),
        (OLD, (14, 41), ("old", LOCK, MAKE)),
        ((14, 38, 33130, 0), (14, 41), ("old", LOCK)),
        (OLD, (14, 37), ("old", LOCK)),
    ],
    ids=["locks nothing", "makes its mutexes itself", "knows such mutexes", "before there were such"],
)
def test_an_older_runtime_alone_is_a_suspicion(version, linker, taken):
    answer = diagnose(machine(version, linker, taken), saw(import_load(MODULE), succeeded=False, number=1114))
    assert [(one.code, one.explains_error) for one in answer.findings] == [("WL601", True), ("WL305", False)]


def test_a_crash_while_loading_likewise():
    inside = saw(import_load(MODULE), succeeded=None)
    answer = diagnose(machine(), inside, outcome=Outcome.CRASHED, exit_status=0xC0000005)
    assert codes(answer) == ["WL305"]
    assert "0xC0000005" in told(answer.findings[0])


def test_an_old_copy_of_another_packages_is_the_one_that_counts():
    stray = r"C:\venv\Lib\site-packages\zmq\msvcp140.dll"
    files = {
        MODULE: dll(("msvcp140.dll", [LOCK]), linker_version=(14, 41)),
        MSVCP: dll(exports=[LOCK], file_version=NEW),
    }
    machine = windows(files | {stray: dll(exports=[LOCK], file_version=OLD)})
    seen = saw(import_load(MODULE, modules=(stray,)), succeeded=False, number=1114)
    (first,) = diagnose(machine, seen).findings
    assert first.code == "WL305"
    assert r"zmq" in first.explanation
    assert "not the system's" in first.explanation


def test_a_lesser_distance_is_a_suspicion():
    answer = diagnose(machine(linker=(14, 38), taken=("old",)), saw(import_load(MODULE), succeeded=False, number=1114))
    assert [(one.code, one.severity, one.explains_error) for one in answer.findings] == [
        ("WL601", Severity.ERROR, True),
        ("WL305", Severity.WARNING, False),
    ]
    assert "not established" in answer.findings[1].explanation


@pytest.mark.parametrize(
    ("version", "linker"),
    [(NEW, (14, 41)), (OLD, (14, 29)), (OLD, (2, 40)), (OLD, None), (None, (14, 41))],
    ids=["new enough", "of one age", "of mingw's", "of no linker known", "without a version"],
)
def test_is_silent_where_it_is_not_older(version, linker):
    answer = diagnose(machine(version, linker), saw(import_load(MODULE), succeeded=False, number=1114))
    assert codes(answer) == ["WL601"]


def test_is_silent_where_nothing_failed():
    assert codes(diagnose(machine(), ctypes_load(MODULE))) == []


def test_is_silent_where_the_runtime_is_nowhere():
    assert codes(diagnose(windows({MODULE: dll("msvcp140.dll")}), ctypes_load(MODULE))) == ["WL201"]


def test_is_silent_where_a_newer_copy_is_hidden():
    files = {MODULE: dll(("msvcp140.dll", ["new"])), MSVCP: dll(), BASE + r"\x\msvcp140.dll": dll()}
    files[r"C:\tools\msvcp140.dll"] = dll(exports=["new"])
    assert codes(diagnose(windows(files), ctypes_load(MODULE, path=[r"C:\tools"]))) == ["WL206"]
