"""WL104: something else has the library's name. A library that is damaged is WL102."""

from __future__ import annotations

import pytest

from tests.support.machines import (
    LINUX_PACKAGE,
    PACKAGE,
    broken,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    dlopen,
    linux,
    recorded,
    so,
    told,
    windows,
)
from wontload.binary import Defect
from wontload.diagnosis import Severity
from wontload.machine import LoadRequest

LLAMA = PACKAGE + r"\llama.dll"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"


@pytest.mark.parametrize(
    ("content", "title", "story"),
    [
        ("git-lfs pointer", "llama.dll is not a native library but a Git LFS pointer", "git lfs pull"),
        ("html", "llama.dll is not a native library but a web page", "download"),
        ("text", "llama.dll is not a native library but a text file", "compiled"),
        ("zeros", "llama.dll is not a native library but a run of zeros", "never finished"),
        ("unknown", "llama.dll is not a native library but something else", "first bytes"),
    ],
)
def test_what_it_is_instead(content: str, title: str, story: str):
    machine = windows({LLAMA: broken(Defect.NOT_NATIVE, LLAMA, content=content)})
    (first,) = diagnose(machine, ctypes_load(LLAMA)).findings
    assert (first.code, first.severity, first.explains_error) == ("WL104", Severity.ERROR, True)
    assert (first.title, first.subject) == (title, "llama.dll")
    assert story in first.explanation
    assert first.chain == ("pkg", "llama.dll")
    assert data(first, "file", "path") == [LLAMA]
    assert told(first).count(title.partition(" but ")[2]) == 1, "said in the title alone"


@pytest.mark.parametrize(
    ("sizes", "remedy", "not_said"),
    [
        ((25_000_000, 130), "--force-reinstall --no-deps --no-cache-dir pkg==1.0`", "git lfs"),
        ((130, 130), "The wheel of pkg 1.0 has it in this form", "git lfs"),
        (None, "`git lfs pull`", "--force-reinstall"),
    ],
)
def test_a_pointer_is_fetched_by_whoever_put_it_there(sizes: tuple[int, int] | None, remedy: str, not_said: str):
    machine = windows({LLAMA: broken(Defect.NOT_NATIVE, LLAMA, content="git-lfs pointer")})
    machine = recorded(machine, pkg=[(LLAMA, *sizes)] if sizes else [])
    (first,) = diagnose(machine, ctypes_load(LLAMA)).findings
    assert remedy in first.explanation
    assert not_said not in first.explanation


def test_a_dependency_that_is_a_web_page_ends_the_load_on_linux():
    html = broken(Defect.NOT_NATIVE, "/opt/libbar.so", content="html", header=b"<html>")
    machine = linux({LIBRARY: so("libbar.so"), "/opt/libbar.so": html})
    (first,) = diagnose(machine, dlopen(LIBRARY, library_path="/opt")).findings
    assert (first.code, first.subject) == ("WL104", "libbar.so")
    assert first.chain == ("pkg", "libfoo.so", "libbar.so")


SCRIPT = broken(Defect.NOT_NATIVE, "/opt/libmpi.so", content="linker script", header=b"INPUT(libmpi.so.12)")


@pytest.mark.parametrize(
    ("second", "warnings"),
    [
        (dlopen("/opt/libmpi.so.12"), []),  # the same library, by its versioned name
        (dlopen("/opt/libother.so.1"), ["WL104"]),  # another library says nothing of this one
        (dlopen("/opt/libmpi.so.12", line=20), ["WL104"]),  # nor does one that other code asks for
        (dlopen("/opt/libmpi.so.40"), ["WL101", "WL104"]),  # which is not here either
    ],
)
def test_an_alternative_that_failed_before_another_succeeded_is_no_warning(second: LoadRequest, warnings: list[str]):
    machine = linux({"/opt/libmpi.so": SCRIPT, "/opt/libmpi.so.12": so(), "/opt/libother.so.1": so()})
    answer = diagnose(machine, dlopen("/opt/libmpi.so"), second, survived=True)
    assert sorted(codes(answer)) == warnings
    assert {one.severity for one in answer.findings} <= {Severity.WARNING}
    assert answer.verdict == "loads"


def test_one_that_failed_after_another_succeeded_is_a_warning():
    machine = linux({"/opt/libmpi.so": SCRIPT, "/opt/libmpi.so.12": so()})
    answer = diagnose(machine, dlopen("/opt/libmpi.so.12"), dlopen("/opt/libmpi.so"), survived=True)
    assert codes(answer) == ["WL104"]


def test_another_system_s_library():
    (first,) = diagnose(windows({LLAMA: so()}), ctypes_load(LLAMA)).findings
    assert (first.code, first.title) == ("WL104", "llama.dll is a library of another system (Linux)")
    (first,) = diagnose(linux({LIBRARY: dll()}), dlopen(LIBRARY)).findings
    assert (first.code, first.title) == ("WL104", "libfoo.so is a library of another system (Windows)")


def test_a_directory_of_that_name():
    (first,) = diagnose(windows(directories=[LLAMA]), ctypes_load(LLAMA)).findings
    assert (first.code, first.explanation) == ("WL104", "A file was expected there.")


def test_is_silent_where_it_was_a_library_once():
    assert codes(diagnose(windows({LLAMA: broken(Defect.EMPTY)}), ctypes_load(LLAMA))) == ["WL102"]


def test_is_silent_where_only_the_processor_differs():
    assert codes(diagnose(windows({LLAMA: dll(architecture="x86")}), ctypes_load(LLAMA))) == ["WL103"]


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"elf_type": 2}, "a program"),
        ({"flags_1": 0x08000000}, "a program"),
        ({"is_dynamic": False}, "dynamic section"),
    ],
)
def test_an_elf_file_that_is_no_shared_object(fields, what):
    (first,) = diagnose(linux({LINUX_PACKAGE + "/x.so": so(**fields)}), dlopen(LINUX_PACKAGE + "/x.so")).findings
    assert (first.code, first.subject, first.explains_error) == ("WL104", "x.so", True)
    assert what in first.title
