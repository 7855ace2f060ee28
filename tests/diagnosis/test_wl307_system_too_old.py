"""WL307: the code takes what a newer system has. Modelled after documents: no old Windows and no macOS confirm it."""

from __future__ import annotations

from tests.support.machines import (
    PACKAGE,
    SYSTEM32,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    of_kind,
    windows,
)
from wontload.diagnosis import Severity

LLAMA = PACKAGE + r"\llama.dll"
CONTRACT = "api-ms-win-core-new-l1-1-0.dll"


def test_an_api_set_that_this_windows_does_not_host():
    """No file of that name would be taken, so a copy that some program ships is no help."""
    files = {LLAMA: dll(CONTRACT), r"C:\tools\\" + CONTRACT: dll()}
    machine = windows(files, system={"api_sets": {"api-ms-win-core-new-l1-1": ""}})
    (first,) = diagnose(machine, ctypes_load(LLAMA, path=[r"C:\tools"])).findings
    assert (first.code, first.severity, first.explains_error) == ("WL307", Severity.ERROR, True)
    assert first.title == f"{CONTRACT} is no part of this Windows (10.0.22631)"
    assert (first.subject, of_kind(first, "copy")) == (CONTRACT, [])
    assert "newer Windows" in first.explanation


def test_the_universal_crt_of_an_old_windows_comes_with_an_update():
    name = "api-ms-win-crt-runtime-l1-1-0.dll"
    machine = windows({LLAMA: dll(name)}, system={"api_sets": {"api-ms-win-crt-runtime-l1-1": ""}})
    (first,) = diagnose(machine, ctypes_load(LLAMA)).findings
    assert "KB2999226" in first.explanation


def test_a_procedure_of_a_later_kernel32():
    files = {LLAMA: dll(("kernel32.dll", ["WaitOnMoon"])), SYSTEM32 + r"\kernel32.dll": dll(exports=["Sleep"])}
    (first,) = diagnose(windows(files), ctypes_load(LLAMA)).findings
    assert (first.code, first.subject, first.explains_error) == ("WL307", "WaitOnMoon", True)
    assert first.title == "this Windows (10.0.22631) is too old for llama.dll: its kernel32.dll has no WaitOnMoon"
    assert data(first, "observed", "number") == [127]


def test_both_are_one_cause():
    files = {LLAMA: dll(CONTRACT, ("kernel32.dll", ["WaitOnMoon"])), SYSTEM32 + r"\kernel32.dll": dll()}
    machine = windows(files, system={"api_sets": {"api-ms-win-core-new-l1-1": ""}})
    (first,) = diagnose(machine, ctypes_load(LLAMA)).findings
    assert (first.subject, first.also) == (CONTRACT, ("WaitOnMoon",))


def test_is_silent_about_a_stray_in_system32():
    """What a program left there is no part of Windows."""
    files = {LLAMA: dll(("libomp140.x86_64.dll", ["x"])), SYSTEM32 + r"\libomp140.x86_64.dll": dll()}
    assert codes(diagnose(windows(files), ctypes_load(LLAMA))) == ["WL301"]


def test_is_silent_about_the_visual_cpp_runtime():
    files = {LLAMA: dll(("msvcp140.dll", ["x"])), SYSTEM32 + r"\msvcp140.dll": dll()}
    assert codes(diagnose(windows(files), ctypes_load(LLAMA))) == ["WL305"]


def test_is_silent_where_the_contract_is_hosted():
    files = {LLAMA: dll(CONTRACT), SYSTEM32 + r"\kernel32.dll": dll()}
    machine = windows(files, system={"api_sets": {"api-ms-win-core-new-l1-1": "kernel32.dll"}})
    assert codes(diagnose(machine, ctypes_load(LLAMA))) == []
