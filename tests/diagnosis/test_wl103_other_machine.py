"""WL103: the file asked for is built for another processor. A dependency is WL205."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machine_values import recorded
from tests.support.machines import (
    LINUX_PACKAGE,
    PACKAGE,
    codes,
    data,
    diagnose,
    dll,
    dlopen,
    import_load,
    linux,
    so,
    windows,
)
from wontload.diagnosis import Severity
from wontload.machine import Machine

MODULE = PACKAGE + r"\_c.pyd"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"


@pytest.mark.parametrize("architecture", ["x86", "aarch64"])
def test_an_extension_module_for_another_windows(architecture: str):
    (first,) = diagnose(windows({MODULE: dll(architecture=architecture)}), import_load(MODULE)).findings
    assert (first.code, first.severity, first.explains_error) == ("WL103", Severity.ERROR, True)
    assert (first.subject, first.also, first.chain) == ("_c.pyd", (), ("pkg", "_c.pyd"))
    assert first.title == f"_c.pyd is built for {architecture}, and this Python is x86_64"
    assert data(first, "file", "path") == [MODULE]
    assert data(first, "observed", "number") == [193]


def test_linux_says_of_it_that_it_cannot_be_opened():
    (first,) = diagnose(linux({LIBRARY: so(architecture="aarch64")}), dlopen(LIBRARY)).findings
    assert (first.code, first.subject) == ("WL103", "libfoo.so")
    assert "No such file or directory" in str(data(first, "observed", "text")[0])


def test_a_bare_name_that_only_another_machine_s_file_answers_to():
    machine = linux({"/opt/libfoo.so": so(architecture="x86")})
    (first,) = diagnose(machine, dlopen("libfoo.so", library_path="/opt")).findings
    assert (first.code, first.subject) == ("WL103", "libfoo.so")
    assert data(first, "file", "path") == ["/opt/libfoo.so"]


def test_a_copy_that_fits_is_evidence():
    files = {MODULE: dll(architecture="x86"), r"C:\tools\_c.pyd": dll()}
    (first,) = diagnose(windows(files), import_load(MODULE, path=[r"C:\tools"])).findings
    assert data(first, "copy", "path") == [r"C:\tools\_c.pyd"]


def test_is_silent_about_a_dependency():
    machine = windows({MODULE: dll("foo.dll"), PACKAGE + r"\foo.dll": dll(architecture="x86")})
    assert codes(diagnose(machine, import_load(MODULE))) == ["WL205"]


def test_is_silent_about_code_that_an_arm_process_takes():
    machine = windows({MODULE: dll(architecture="arm64x")}, system={"architecture": "aarch64"})
    assert codes(diagnose(machine, import_load(MODULE))) == []


LOADED, LATER = LINUX_PACKAGE + "/_c.abi3.so", LINUX_PACKAGE + "/deep/_d.cpython-311-x86_64-linux-gnu.so"
OTHERS = LINUX_PACKAGE + "/helpers/attach_linux_arm64.so"
SEEN = {"origin": LINUX_PACKAGE + "/__init__.py", "distributions": (("pkg", "1.0"),)}
SUFFIXES = (".cpython-311-x86_64-linux-gnu.so", ".abi3.so", ".so")


def with_modules(**files: object) -> Machine:
    machine = linux({LOADED: so("libc.so.6"), **files})
    assert machine.python is not None
    machine = replace(machine, python=replace(machine.python, extension_suffixes=SUFFIXES))
    return recorded(machine, pkg=[LOADED, *files])


def test_a_module_that_the_import_did_not_ask_for_is_warned_of():
    """As a whole wheel of another machine has it: every size is the recorded one."""
    machine = with_modules(**{LATER: so(architecture="aarch64")})
    answer = diagnose(machine, dlopen(LOADED, kind="import"), **SEEN)
    (only,) = answer.findings
    assert (only.code, only.severity, only.explains_error, answer.verdict) == (
        "WL103",
        Severity.WARNING,
        False,
        "loads",
    )
    assert only.title.startswith("_d.cpython-311-x86_64-linux-gnu.so of pkg 1.0 is built for aarch64, and this Python")
    assert "--force-reinstall --no-deps --no-cache-dir pkg==1.0" in only.explanation


def test_is_silent_about_helpers_for_several_machines_and_modules_that_fit():
    machine = with_modules(**{OTHERS: so(architecture="aarch64"), LATER: so("libc.so.6")})
    assert codes(diagnose(machine, dlopen(LOADED, kind="import"), **SEEN)) == []
