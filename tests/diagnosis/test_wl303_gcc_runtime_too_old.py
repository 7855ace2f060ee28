"""WL303: a runtime of GCC's ends before what a newer GCC's code asks for."""

from __future__ import annotations

import pytest

from tests.support.machines import LINUX_PACKAGE, USR_LIB, codes, data, diagnose, dlopen, linux, so, told
from wontload.diagnosis import Severity

LIBRARY = LINUX_PACKAGE + "/libfoo.so"
CXX = "libstdc++.so.6"


def machine(needed: str, library: str = CXX, *, elsewhere: bool = False):
    old = [library, "GLIBCXX_3.4", "GLIBCXX_3.4.28", "GLIBCXX_3.4.29", "CXXABI_1.3.13", "GCC_4.8.0"]
    files = {
        LIBRARY: so(library, needs_versions=[(library, needed)]),
        f"{USR_LIB}/{library}": so(soname=library, versions=old),
    }
    if elsewhere:
        files[f"/opt/new/{library}"] = so(soname=library, versions=[*old, needed])
    return linux(files)


def test_libstdcxx():
    (first,) = diagnose(machine("GLIBCXX_3.4.32"), dlopen(LIBRARY)).findings
    assert (first.code, first.severity, first.explains_error) == ("WL303", Severity.ERROR, True)
    assert first.title == "libstdc++.so.6 is too old here: libfoo.so needs GLIBCXX_3.4.32 of GCC 13.2"
    assert (first.subject, first.chain) == ("GLIBCXX_3.4.32", ("pkg", "libfoo.so", "GLIBCXX_3.4.32"))
    assert data(first, "file", "newest") == ["GLIBCXX_3.4.29"]
    assert "GCC 11.1" in told(first)
    assert data(first, "provider", "file") == [CXX]


@pytest.mark.parametrize(
    ("library", "version", "gcc"),
    [("libgcc_s.so.1", "GCC_12.0.0", "12"), (CXX, "CXXABI_1.3.15", "14.1"), (CXX, "GLIBCXX_9.9", "")],
)
def test_others_of_gcc(library, version, gcc):
    (first,) = diagnose(machine(version, library), dlopen(LIBRARY)).findings
    assert (first.code, first.subject) == ("WL303", version)
    assert first.title.endswith(f"needs {version}" + (f" of GCC {gcc}" if gcc else ""))


def test_is_silent_where_a_newer_copy_is_passed_by():
    answer = diagnose(machine("GLIBCXX_3.4.32", elsewhere=True), dlopen(LIBRARY, library_path=f"{USR_LIB}:/opt/new"))
    assert codes(answer) == ["WL206"]


def test_is_silent_where_it_is_new_enough():
    assert codes(diagnose(machine("GLIBCXX_3.4.28"), dlopen(LIBRARY))) == []
