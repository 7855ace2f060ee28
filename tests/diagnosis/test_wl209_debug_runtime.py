"""WL209: a debug build, which needs what comes with Visual Studio only."""

from __future__ import annotations

import pytest

from tests.support.machines import PACKAGE, SYSTEM32, codes, ctypes_load, data, diagnose, dll, of_kind, told, windows
from wontload.binary.entries import Assembly, Manifest
from wontload.diagnosis import Severity

LLAMA, FOO = PACKAGE + r"\llama.dll", PACKAGE + r"\foo.dll"


def test_the_debug_runtimes_are_one_cause():
    files = {LLAMA: dll("foo.dll", "VCRUNTIME140D.dll"), FOO: dll("ucrtbased.dll", "MSVCP140D.dll")}
    (first,) = diagnose(windows(files), ctypes_load(LLAMA)).findings
    assert (first.code, first.severity, first.explains_error) == ("WL209", Severity.ERROR, True)
    assert {first.subject, *first.also} == {"VCRUNTIME140D.dll", "ucrtbased.dll", "MSVCP140D.dll"}
    assert "is a debug build" in first.title
    assert "winget" not in told(first)
    assert data(first, "observed", "number") == [126]


@pytest.mark.parametrize("name", ["msvcp140_1d.dll", "mfc140ud.dll", "python311_d.dll", "vcruntime140_1d.dll"])
def test_every_kind(name):
    assert codes(diagnose(windows({LLAMA: dll(name)}), ctypes_load(LLAMA))) == ["WL209"]


def test_a_copy_that_visual_studio_has_here_is_told_and_no_remedy():
    vs = r"C:\VS\debug_nonredist\vcruntime140d.dll"
    machine = windows({LLAMA: dll("vcruntime140d.dll"), vs: dll()}, environment={"PATH": r"C:\VS\debug_nonredist"})
    (first,) = diagnose(machine, ctypes_load(LLAMA, path=[r"C:\VS\debug_nonredist"])).findings
    assert first.code == "WL209"
    assert [path.lower() for path in data(first, "copy", "path")] == [vs.lower()]


@pytest.mark.parametrize("name", ["vcruntime140.dll", "msvcp140.dll", "foo_d.dll", "libd.dll"])
def test_is_silent_about_release_builds(name):
    machine = windows({LLAMA: dll(name)}, system={"windows_directory": r"C:\Windows"}, path=[])
    found = codes(diagnose(machine, ctypes_load(LLAMA)))
    assert "WL209" not in found


def test_is_silent_where_the_debug_runtime_is_found():
    files = {LLAMA: dll("vcruntime140d.dll"), SYSTEM32 + r"\vcruntime140d.dll": dll()}
    assert codes(diagnose(windows(files), ctypes_load(LLAMA))) == []
    assert of_kind(diagnose(windows({LLAMA: dll("ucrtbased.dll")}), ctypes_load(LLAMA)).findings[0], "looked")


def test_a_debug_assembly_of_visual_studio_2008():
    asked = Manifest(dependencies=(Assembly("Microsoft.VC90.DebugCRT", "9.0.21022.8", "amd64"),))
    store = r"C:\Windows\WinSxS\amd64_microsoft.windows.gdiplus_6595b64144ccf1df_1.1.1.1_none_a\gdiplus.dll"
    machine = windows({LLAMA: dll(read_manifest=lambda: asked), store: dll()})
    assert codes(diagnose(machine, ctypes_load(LLAMA))) == ["WL209"]
