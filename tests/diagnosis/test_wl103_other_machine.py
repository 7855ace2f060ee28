"""WL103: the file asked for is built for another processor. A dependency is WL205."""

from __future__ import annotations

import pytest

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
