"""WL307: the code takes what a newer system has. Modelled after documents: no old Windows and no macOS confirm it."""

from __future__ import annotations

from tests.support.machines import (
    LINUX_PACKAGE,
    PACKAGE,
    SYSTEM32,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    dlopen,
    linux,
    of_kind,
    so,
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


OLD_GLIBC = {"libc_version": "2.34", "kernel": "3.10.0"}
QT = LINUX_PACKAGE + "/libs/libQt5Core.so.5"
USER = LINUX_PACKAGE + "/QtCore.abi3.so"


def qt(**system):
    files = {USER: so("libQt5Core.so.5", runpath=("$ORIGIN/libs",)), QT: so(minimum_os=(3, 17, 0))}
    return diagnose(linux(files, system={**OLD_GLIBC, **system}), dlopen(USER))


def test_a_library_that_asks_for_a_later_kernel():
    """Seen with OpenCV's wheels in a container on CentOS 7 (docling-project/docling-serve#573)."""
    (first,) = qt().findings
    assert (first.code, first.severity, first.explains_error) == ("WL307", Severity.ERROR, True)
    assert first.title == (
        "libQt5Core.so.5 asks for Linux 3.17.0, and this kernel is 3.10.0: glibc 2.34 passes over such a file"
    )
    assert data(first, "file", "path") == [QT]


def test_that_library_asked_for_by_its_path():
    answer = diagnose(linux({QT: so(minimum_os=(3, 17, 0))}, system=OLD_GLIBC), dlopen(QT))
    assert codes(answer) == ["WL307"]


def test_is_silent_where_the_kernel_is_new_enough_or_not_asked_for():
    for system in ({"kernel": "3.17.0"}, {"kernel": "5.4"}, {"kernel": ""}, {"libc_version": "2.36"}):
        assert codes(qt(**system)) == []


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
