"""WL206: everything is found, and the copy that was taken lacks what another one has."""

from __future__ import annotations

from tests.support.machines import (
    BASE,
    LINUX_PACKAGE,
    PACKAGE,
    SYSTEM32,
    USR_LIB,
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
OMP = "libomp140.x86_64.dll"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"
OLD, NEW = "/opt/old/libbar.so.1", LINUX_PACKAGE + "/libs/libbar.so.1"
RUNPATH = (LINUX_PACKAGE + "/libs",)


def test_windows_reports_127_and_system32_is_older():
    files = {
        LLAMA: dll((OMP, ["__kmpc_new"])),
        SYSTEM32 + "\\" + OMP: dll(exports=["__kmpc_old"]),
        r"C:\tools\\" + OMP: dll(exports=["__kmpc_old", "__kmpc_new"]),
    }
    (first,) = diagnose(windows(files), ctypes_load(LLAMA, path=[r"C:\tools"])).findings
    assert (first.code, first.severity, first.explains_error) == ("WL206", Severity.ERROR, True)
    assert first.title == f"another {OMP} wins, and it lacks __kmpc_new"
    assert (first.subject, first.chain) == (OMP, ("pkg", "llama.dll", OMP))
    assert data(first, "observed", "number") == [127]
    (file,) = of_kind(first, "file")
    assert (file.data["path"], file.data["rule"]) == (SYSTEM32 + "\\" + OMP, "system32")
    assert [str(path).lower() for path in data(first, "copy", "path")] == [r"c:\tools\libomp140.x86_64.dll"]


def test_a_copy_that_is_in_the_process_already():
    files = {
        LLAMA: dll(("msvcp140.dll", ["new"])),
        r"C:\old\msvcp140.dll": dll(exports=["old"]),
        SYSTEM32 + r"\msvcp140.dll": dll(exports=["old", "new"]),
    }
    (first,) = diagnose(windows(files), ctypes_load(LLAMA, modules=(r"C:\old\msvcp140.dll",))).findings
    assert (first.code, first.component) == ("WL206", "msvc-runtime 14")
    assert "in the process already" in of_kind(first, "file")[0].text
    assert data(first, "copy", "path") == [SYSTEM32 + r"\msvcp140.dll"]


def test_an_ordinal_is_182():
    files = {
        LLAMA: dll(("foo.dll", [2])),
        PACKAGE + r"\foo.dll": dll(exports=["one"]),
        r"C:\tools\foo.dll": dll(exports=["one", "two"]),
    }
    (first,) = diagnose(windows(files), ctypes_load(LLAMA, path=[r"C:\tools"])).findings
    assert (first.code, first.title) == ("WL206", "another foo.dll wins, and it lacks ordinal 2")
    assert data(first, "observed", "number") == [182]


def test_ld_library_path_has_a_copy_without_the_symbol_version():
    files = {
        LIBRARY: so("libbar.so.1", runpath=RUNPATH, needs_versions=[("libbar.so.1", "BAR_2")]),
        OLD: so(soname="libbar.so.1", versions=["libbar.so.1", "BAR_1"]),
        NEW: so(soname="libbar.so.1", versions=["libbar.so.1", "BAR_1", "BAR_2"]),
    }
    (first,) = diagnose(linux(files), dlopen(LIBRARY, library_path="/opt/old")).findings
    assert (first.code, first.severity, first.explains_error) == ("WL206", Severity.ERROR, True)
    assert (first.subject, first.chain) == ("libbar.so.1", ("pkg", "libfoo.so", "libbar.so.1"))
    assert first.title == "another libbar.so.1 wins, and it lacks BAR_2"
    assert data(first, "file", "rule") == ["ld_library_path"]
    assert of_kind(first, "file")[0].text.endswith("LD_LIBRARY_PATH names its directory first")
    assert data(first, "copy", "path") == [NEW]


def test_ld_library_path_has_a_copy_without_the_symbol():
    files = {
        LIBRARY: so("libbar.so.1", runpath=RUNPATH, takes=["bar_new"]),
        OLD: so(soname="libbar.so.1", exports=["bar_old"]),
        NEW: so(soname="libbar.so.1", exports=["bar_old", "bar_new"]),
    }
    (first,) = diagnose(linux(files), dlopen(LIBRARY, library_path="/opt/old")).findings
    assert (first.code, first.subject, data(first, "copy", "path")) == ("WL206", "libbar.so.1", [NEW])
    assert first.explanation.startswith("libfoo.so needs bar_new.")


def test_is_silent_where_no_copy_has_it():
    """Then the library is simply too old."""
    files = {
        LIBRARY: so("libbar.so.1", needs_versions=[("libbar.so.1", "BAR_2")]),
        USR_LIB + "/libbar.so.1": so(soname="libbar.so.1", versions=["libbar.so.1", "BAR_1"]),
    }
    assert codes(diagnose(linux(files), dlopen(LIBRARY))) == ["WL301"]


def test_is_silent_about_a_library_that_the_symbol_is_not_taken_from():
    """Windows binds a symbol to one library; that some other one's copy exports that name says nothing."""
    files = {
        LLAMA: dll(("foo.dll", ["init"]), "bar.dll"),
        PACKAGE + r"\foo.dll": dll(),
        PACKAGE + r"\bar.dll": dll(),
        r"C:\tools\bar.dll": dll(exports=["init"]),
    }
    assert codes(diagnose(windows(files), ctypes_load(LLAMA, path=[r"C:\tools"]))) == ["WL301"]


def test_is_silent_where_the_better_copy_is_for_another_processor():
    files = {
        LLAMA: dll(("foo.dll", ["new"])),
        PACKAGE + r"\foo.dll": dll(),
        BASE + r"\foo.dll": dll(exports=["new"], architecture="x86"),
    }
    assert codes(diagnose(windows(files), ctypes_load(LLAMA))) == ["WL301"]


def test_is_silent_where_the_copy_taken_has_it():
    files = {LLAMA: dll((OMP, ["a"])), SYSTEM32 + "\\" + OMP: dll(exports=["a"]), BASE + r"\x\\" + OMP: dll()}
    assert codes(diagnose(windows(files), ctypes_load(LLAMA))) == []
