"""WL205: the copy of a dependency that was met is for another processor. The file asked for is WL103."""

from __future__ import annotations

from tests.support.machines import (
    BASE,
    LINUX_PACKAGE,
    PACKAGE,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    dlopen,
    linux,
    of_kind,
    so,
    told,
    windows,
)
from wontload.diagnosis import Severity
from wontload.loader import quirks

LLAMA = PACKAGE + r"\llama.dll"
GGML = PACKAGE + r"\ggml.dll"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"
WINE = {"quirks": quirks.WINE}


def test_it_is_passed_over_and_no_other_is_found():
    machine = windows({LLAMA: dll("ggml.dll"), GGML: dll(architecture="x86")})
    (first,) = diagnose(machine, ctypes_load(LLAMA)).findings
    assert (first.code, first.severity, first.explains_error) == ("WL205", Severity.ERROR, True)
    assert (first.subject, first.also, first.chain) == ("ggml.dll", (), ("pkg", "llama.dll", "ggml.dll"))
    assert first.title == "the ggml.dll that was found is built for x86, and this Python is x86_64"
    assert [one.kind for one in first.evidence] == ["request", "observed", "searched", "unfit", "provider"]
    (unfit,) = of_kind(first, "unfit")
    assert (unfit.data["path"], unfit.data["architecture"]) == (GGML, "x86")
    assert "193" in first.explanation
    assert "cannot be found" not in first.explanation


def test_two_of_one_cause():
    files = {LLAMA: dll("ggml.dll", "ggml-base.dll")}
    files |= {PACKAGE + rf"\{name}": dll(architecture="aarch64") for name in ("ggml.dll", "ggml-base.dll")}
    (first,) = diagnose(windows(files), ctypes_load(LLAMA)).findings
    assert (first.subject, first.also) == ("ggml.dll", ("ggml-base.dll",))
    assert first.title.startswith("the ggml.dll and ggml-base.dll that were found are built for aarch64")


def test_linux_says_that_it_cannot_be_found():
    machine = linux({LIBRARY: so("libbar.so"), "/opt/libbar.so": so(architecture="aarch64")})
    (first,) = diagnose(machine, dlopen(LIBRARY, library_path="/opt")).findings
    assert (first.code, first.subject) == ("WL205", "libbar.so")
    assert data(first, "unfit", "path") == ["/opt/libbar.so"]
    assert "cannot be found, though it is there" in first.explanation


def test_linux_says_of_another_bitness_that_the_class_is_wrong():
    machine = linux({LIBRARY: so("libbar.so"), "/opt/libbar.so": so(architecture="x86")})
    (first,) = diagnose(machine, dlopen(LIBRARY, library_path="/opt")).findings
    assert "ELFCLASS32" in told(first)
    assert "wrong class" in first.explanation


def test_it_is_refused_at_once():
    """Wine ends the load over a file for ARM64."""
    machine = windows({LLAMA: dll("ggml.dll"), GGML: dll(architecture="aarch64")}, system=WINE)
    (first,) = diagnose(machine, ctypes_load(LLAMA)).findings
    assert (first.code, first.subject) == ("WL205", "ggml.dll")
    assert data(first, "observed", "number") == [126]
    assert "passes over" not in first.explanation


def test_a_copy_that_fits_elsewhere_is_evidence():
    fitting = r"C:\tools\ggml.dll"
    machine = windows({LLAMA: dll("ggml.dll"), GGML: dll(architecture="x86"), fitting: dll()})
    (first,) = diagnose(machine, ctypes_load(LLAMA, path=[r"C:\tools"])).findings
    assert first.code == "WL205"
    assert data(first, "copy", "path") == [fitting]
    machine = windows({LLAMA: dll("ggml.dll"), GGML: dll(architecture="aarch64"), fitting: dll()}, system=WINE)
    (first,) = diagnose(machine, ctypes_load(LLAMA, path=[r"C:\tools"])).findings
    assert data(first, "copy", "path") == [fitting]


def test_is_silent_where_a_later_directory_has_one_that_fits():
    machine = windows({LLAMA: dll("ggml.dll"), GGML: dll(architecture="x86"), BASE + r"\ggml.dll": dll()})
    assert codes(diagnose(machine, ctypes_load(LLAMA))) == []


def test_is_silent_where_the_loader_never_met_it():
    """In a place that is not searched it is a remark beside WL201."""
    machine = windows({LLAMA: dll("ggml.dll"), r"C:\tools\ggml.dll": dll(architecture="x86")})
    (first,) = diagnose(machine, ctypes_load(LLAMA, path=[r"C:\tools"])).findings
    assert (first.code, data(first, "unfit", "path")) == ("WL201", [r"C:\tools\ggml.dll"])


def test_is_silent_about_the_file_asked_for():
    assert codes(diagnose(windows({LLAMA: dll(architecture="x86")}), ctypes_load(LLAMA))) == ["WL103"]
