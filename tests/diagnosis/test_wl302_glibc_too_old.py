"""WL302: the file was built on a newer Linux than this one."""

from __future__ import annotations

from dataclasses import replace

from tests.support.machines import (
    LINUX_PACKAGE,
    USR_LIB,
    codes,
    data,
    diagnose,
    dlopen,
    linux,
    of_kind,
    so,
    told,
)
from wontload.diagnosis import Severity
from wontload.machine.inventory import Distribution, Inventory, RecordedFile

LIBRARY, HELPER = LINUX_PACKAGE + "/libfoo.so", LINUX_PACKAGE + "/libhelper.so"
NEWER = so("libc.so.6", needs_versions=[("libc.so.6", "GLIBC_2.36"), ("libc.so.6", "GLIBC_2.38")])


def test_a_version_that_this_glibc_does_not_reach():
    (first,) = diagnose(linux({LIBRARY: NEWER}), dlopen(LIBRARY)).findings
    assert (first.code, first.severity, first.explains_error) == ("WL302", Severity.ERROR, True)
    assert first.title == "glibc is too old here (2.36): libfoo.so needs 2.38"
    assert (first.subject, first.component) == ("GLIBC_2.38", "glibc 2.38")
    assert first.chain == ("pkg", "libfoo.so", "GLIBC_2.38")
    assert data(first, "file", "versions")[0] == ["GLIBC_2.38"]
    assert "debian 12" in told(first)
    assert "debian 13" in of_kind(first, "provider")[0].text


def test_the_newest_of_all_that_is_asked_for_is_named():
    newest = so("libc.so.6", "libhelper.so", needs_versions=[("libc.so.6", "GLIBC_2.38"), ("libc.so.6", "GLIBC_2.40")])
    files = {LIBRARY: replace(newest, runpath=("$ORIGIN",)), HELPER: NEWER}
    (first,) = diagnose(linux(files), dlopen(LIBRARY)).findings
    assert first.component == "glibc 2.40"
    assert "libfoo.so" in first.title
    assert "libhelper.so" in first.title


def test_a_symbol_of_2_38_without_a_version():
    """What a build against newer headers leaves behind when no version came with it (`__isoc23_strtoll`)."""
    (first,) = diagnose(linux({LIBRARY: so("libc.so.6", takes=["__isoc23_strtoll"])}), dlopen(LIBRARY)).findings
    assert (first.code, first.subject, first.component) == ("WL302", "__isoc23_strtoll", "glibc 2.38")


def test_the_tag_of_its_wheel_is_told():
    owner = Distribution(
        name="pkg",
        version="1.0",
        location=LINUX_PACKAGE.rpartition("/")[0],
        tags=("cp311-cp311-manylinux_2_28_x86_64",),
        files=(RecordedFile(path=LIBRARY),),
    )
    machine = replace(linux({LIBRARY: NEWER}), inventory=Inventory(distributions=(owner,)))
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert of_kind(first, "record")[0].text == (
        "its wheel is tagged cp311-cp311-manylinux_2_28_x86_64, which promises that glibc 2.28 is enough: the file "
        "breaks that promise"
    )


def test_is_silent_about_another_librarys_versions():
    files = {
        LIBRARY: so("libbar.so.1", needs_versions=[("libbar.so.1", "BAR_2")]),
        USR_LIB + "/libbar.so.1": so(soname="libbar.so.1", versions=["libbar.so.1", "BAR_1"]),
    }
    assert codes(diagnose(linux(files), dlopen(LIBRARY))) == ["WL301"]


def test_is_silent_about_a_symbol_that_this_glibc_should_have_had():
    assert codes(diagnose(linux({LIBRARY: so("libc.so.6", takes=["getrandom"])}), dlopen(LIBRARY))) == ["WL301"]


def test_is_silent_where_the_version_is_there():
    machine = linux({LIBRARY: so("libc.so.6", needs_versions=[("libc.so.6", "GLIBC_2.36")])})
    assert codes(diagnose(machine, dlopen(LIBRARY))) == []
