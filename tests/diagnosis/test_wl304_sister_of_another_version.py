"""WL304: one package's library takes what another package's does not have (any more, or yet)."""

from __future__ import annotations

from tests.support.machines import (
    BASE,
    LINUX_PACKAGE,
    LINUX_SITE,
    PACKAGE,
    SITE,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    dlopen,
    linux,
    of_kind,
    python_error,
    so,
    told,
    windows,
)
from wontload.diagnosis import Severity
from wontload.machine import Outcome

LIBRARY = LINUX_PACKAGE + "/_C.so"
TORCH = LINUX_SITE + "/torch/lib"
NEW, OLD = "_ZN3c105ErrorC1ENS_14SourceLocationENSt7__cxx1112stringE", "_ZN3c105ErrorC1ENS_14SourceLocationESs"


def machine(*taken: str, offered: str = OLD, info: bool = True):
    files = {
        LIBRARY: so("libc10.so", "libother.so", takes=taken, runpath=("$ORIGIN/../torch/lib", "$ORIGIN/../other")),
        TORCH + "/libc10.so": so(soname="libc10.so", exports=[offered, "_ZN3c10"]),
        LINUX_SITE + "/other/libother.so": so(soname="libother.so", exports=["other"]),
    }
    if info:
        files[LINUX_SITE + "/torch-2.3.1.dist-info/RECORD"] = None
        files[LINUX_SITE + "/pkg-0.18.dist-info/RECORD"] = None
    return linux(files)


def test_the_sister_is_named_with_both_versions():
    (first,) = diagnose(machine(NEW), dlopen(LIBRARY, kind="import")).findings
    assert (first.code, first.severity, first.explains_error) == ("WL304", Severity.ERROR, True)
    assert first.title == (
        "_C.so was built against another version of torch: c10::Error::Error is not in the one that is here"
    )
    assert (first.subject, first.chain) == (NEW, ("pkg", "_C.so", NEW))
    assert data(first, "record", "package") == ["pkg", "torch"]
    assert data(first, "record", "version") == ["0.18", "2.3.1"]
    assert "pkg 0.18 and torch 2.3.1" in first.explanation


def test_strings_of_the_other_abi_are_told():
    (first,) = diagnose(machine(NEW), dlopen(LIBRARY)).findings
    (near,) = of_kind(first, "file")
    assert near.data["symbol"] == OLD
    assert "differ in their ABI" in near.text


def test_a_name_that_nothing_resembles_shows_nothing_near():
    (first,) = diagnose(machine("_ZN3c1010newer_thingEv"), dlopen(LIBRARY)).findings
    assert (first.code, of_kind(first, "file")) == ("WL304", [])
    assert "torch" in first.title


def test_without_records_the_version_is_unknown():
    (first,) = diagnose(machine(NEW, info=False), dlopen(LIBRARY)).findings
    assert data(first, "record", "version") == ["", ""]
    assert "no record of its version" in told(first)


def test_windows_names_the_library_itself():
    files = {
        PACKAGE + r"\_C.pyd": dll(("c10.dll", ["??0Error@c10@@QEAA@XZ"])),
        SITE + r"\torch\lib\c10.dll": dll(exports=["old"]),
    }
    load = ctypes_load(PACKAGE + r"\_C.pyd", added=[SITE + r"\torch\lib"])
    (first,) = diagnose(windows(files), load).findings
    assert (first.code, first.subject) == ("WL304", "??0Error@c10@@QEAA@XZ")
    assert "torch" in first.title


def test_is_silent_within_one_package():
    files = {LIBRARY: so("libown.so", takes=["gone"], runpath=("$ORIGIN",)), LINUX_PACKAGE + "/libown.so": so()}
    assert codes(diagnose(linux(files), dlopen(LIBRARY))) == ["WL301"]


def test_is_silent_where_no_package_owns_the_library():
    files = {PACKAGE + r"\_C.pyd": dll(("foo.dll", ["x"])), BASE + r"\foo.dll": dll()}
    assert codes(diagnose(windows(files), ctypes_load(PACKAGE + r"\_C.pyd"))) == ["WL301"]


def test_is_silent_about_what_a_package_packed_beside_itself():
    """`pkg.libs` is pkg's own."""
    files = {
        LIBRARY: so("libz.so", takes=["gone"], runpath=("$ORIGIN/../pkg.libs",)),
        LINUX_SITE + "/pkg.libs/libz.so": so(soname="libz.so"),
    }
    assert codes(diagnose(linux(files), dlopen(LIBRARY))) == ["WL301"]


def test_is_silent_where_it_is_there():
    assert codes(diagnose(machine(OLD), dlopen(LIBRARY))) == []


def test_the_exceptions_own_words_where_no_load_failed():
    """Cython compares the layout of another package's objects, and raises in Python code."""
    words = (
        "numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88 from PyObject"
    )
    error = python_error("ValueError", words)
    (first,) = diagnose(linux(), outcome=Outcome.FAILS, error=error).findings
    assert (first.code, first.subject, first.explains_error) == ("WL304", "numpy", True)
    assert words in told(first)


def test_is_silent_of_words_that_may_come_of_several_causes():
    error = python_error("RuntimeError", "Numpy is not available")
    assert codes(diagnose(linux(), outcome=Outcome.FAILS, error=error)) == ["WL903"]
