"""WL502: two distributions that put different files at one path."""

from __future__ import annotations

from tests.support.machines import (
    LINUX_PACKAGE,
    codes,
    data,
    diagnose,
    dlopen,
    linux,
    of_kind,
    recorded,
    so,
    told,
)
from wontload.diagnosis import Severity

LIBRARY, HELPER = LINUX_PACKAGE + "/_c.so", LINUX_PACKAGE + "/libhelper.so"


def machine(*, helper_bytes: int = 70, takes: tuple[str, ...] = ("run",), exports: tuple[str, ...] = ("run",)):
    """`pkg` installed helper with 50 bytes, `pkg-headless` with 70; on the disk is what `helper_bytes` says."""
    files = {
        LIBRARY: so("libhelper.so", takes=takes, runpath=("$ORIGIN",), size_bytes=10),
        HELPER: so(soname="libhelper.so", exports=exports, size_bytes=helper_bytes),
    }
    return recorded(linux(files), pkg=[(LIBRARY, 10), (HELPER, 50)], pkg_headless=[(LIBRARY, 10), (HELPER, 70)])


OWNED = (("pkg", "1.0"), ("pkg_headless", "1.0"))


def test_a_symbol_is_missing_in_the_mixture():
    answer = diagnose(machine(takes=("gone",)), dlopen(LIBRARY), distributions=OWNED)
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL502", Severity.ERROR, True)
    assert first.title == "pkg 1.0 and pkg_headless 1.0 write over each other: both install libhelper.so"
    assert (first.subject, first.chain[:2]) == ("libhelper.so", ("pkg", "_c.so"))
    assert "50 bytes, and it has 70" in told(first)
    assert of_kind(first, "record")[-1].text.endswith("is the file of pkg_headless 1.0")
    assert "pip uninstall pkg pkg_headless" in first.explanation
    assert data(first, "simulated", "symbol") == ["gone"]


def test_a_mixture_that_loads_is_a_warning_and_does_not_degrade():
    answer = diagnose(machine(), dlopen(LIBRARY), distributions=OWNED)
    assert (answer.verdict, [(one.code, one.severity) for one in answer.findings]) == (
        "loads",
        [("WL502", Severity.WARNING)],
    )


def test_a_failure_for_another_reason_has_it_as_a_warning_behind():
    files = {LIBRARY: so("libGL.so.1", size_bytes=11)}
    lines = {"pkg": [(LIBRARY, 10)], "pkg_headless": [(LIBRARY, 11)]}
    answer = diagnose(recorded(linux(files), **lines), dlopen(LIBRARY), distributions=OWNED)
    assert [(one.code, one.explains_error) for one in answer.findings] == [("WL201", True), ("WL502", False)]


def test_is_silent_where_both_have_installed_the_same_file():
    same = {"pkg": [(LIBRARY, 10)], "pkg_headless": [(LIBRARY, 10)]}
    found = recorded(linux({LIBRARY: so(size_bytes=10)}), **same)
    assert codes(diagnose(found, dlopen(LIBRARY), distributions=OWNED)) == []


def test_is_silent_about_packages_that_the_target_has_nothing_to_do_with():
    other = "/home/ada/venv/lib/python3.11/site-packages/other/x.so"
    files = {LIBRARY: so("libGL.so.1"), other: so(size_bytes=2)}
    found = recorded(linux(files), a=[(other, 1)], b=[(other, 2)])
    assert codes(diagnose(found, dlopen(LIBRARY))) == ["WL201"]


def test_is_silent_where_one_distribution_has_it():
    found = recorded(linux({LIBRARY: so(size_bytes=11)}), pkg=[(LIBRARY, 10)])
    assert codes(diagnose(found, dlopen(LIBRARY))) == []
