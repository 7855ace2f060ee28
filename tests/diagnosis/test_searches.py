"""WL201, WL202 and WL901 about what `ctypes.util.find_library` looks for: no loader was asked for anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.machines import (
    LINUX_PACKAGE,
    PACKAGE,
    SYSTEM32,
    USR_LIB,
    case_of,
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
    windows,
)
from wontload.diagnosis import Severity
from wontload.machine import FIND_LIBRARY, Finder, LoadRequest, Machine, ObservedLoad, Outcome
from wontload.machine.ld_so_cache import CacheEntry
from wontload.remedy.change import Change
from wontload.remedy.proof import prove

PORTAUDIO = USR_LIB + "/libportaudio.so.2"
LDCONFIG = {"/sbin/ldconfig": None}
SAID = "PortAudio library not found"
ASKED_AT = LINUX_PACKAGE + "/loader.py"


def sought(name: str, *, way: str = "ldconfig", found: str | None = None, **more: Any) -> ObservedLoad:
    """`find_library(name)`, and what it was seen to answer."""
    variables = {"PATH": more.pop("path", "/usr/bin")}
    asked = ctypes_load(name, path=[SYSTEM32]) if way == "path" else dlopen(name)
    finder = Finder(way=way, environment=variables, **more)
    request: LoadRequest = replace(asked, kind=FIND_LIBRARY, finder=finder)
    return ObservedLoad(request=request, succeeded=found is not None, path=found)


def raised(text: str, exception: str = "OSError", *, file: str | None = None, **more: Any) -> dict[str, Any]:
    return {"outcome": Outcome.FAILS, "error": python_error(exception, text, file=file, **more)}


def cached(machine: Machine, *paths: str) -> Machine:
    entries = tuple(CacheEntry(path.rpartition("/")[2], path, 0x0303) for path in paths)
    return replace(machine, system=replace(machine.system, library_cache=entries))


def test_a_library_that_is_nowhere_is_named_with_its_package():
    machine = cached(linux(LDCONFIG), USR_LIB + "/libc.so.6")
    (first,) = diagnose(machine, sought("portaudio"), **raised(SAID)).findings
    assert (first.code, first.subject, first.component) == ("WL201", "libportaudio.so.2", "portaudio 2")
    assert (first.severity, first.explains_error, first.load) == (Severity.ERROR, True, 0)
    assert first.chain == ("pkg", "libportaudio.so.2")
    assert data(first, "request", "request_kind") == [FIND_LIBRARY]
    assert data(first, "provider", "package") == ["libportaudio2"]
    assert [one.data["text"] for one in of_kind(first, "observed")] == [SAID]
    assert "takes what ldconfig lists" in first.explanation


def test_one_that_is_here_and_that_ldconfig_does_not_list():
    searched = {"default_directories": (USR_LIB, "/usr/lib", "/usr/local/lib")}
    machine = cached(linux({**LDCONFIG, "/usr/local/lib/libportaudio.so.2": so()}, system=searched))
    (first,) = diagnose(machine, sought("portaudio"), **raised(SAID)).findings
    assert (first.code, first.subject, first.explains_error) == ("WL202", "libportaudio.so.2", True)
    assert data(first, "copy", "path") == ["/usr/local/lib/libportaudio.so.2"]


def test_what_the_package_does_without_is_no_finding():
    answer = diagnose(linux(LDCONFIG), sought("portaudio"), sought("c", found="libc.so.6"))
    assert codes(answer) == []
    assert answer.loads == ()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("portaudio", raised("no GPU")),  # another matter
        ("cuda", raised("CUDA error: out of memory", "RuntimeError")),
        ("audio", raised(SAID)),  # part of another word
        ("portaudio", raised("", "ValueError")),
        ("portaudio", {**raised("portaudio not found: no module", "ImportError"), "missing_module": "portaudio"}),
    ],
)
def test_an_exception_about_something_else_is_not_laid_to_it(name: str, error: dict[str, Any]):
    (first,) = diagnose(linux(LDCONFIG), sought(name), **error).findings
    assert first.code == ("WL506" if "missing_module" in error else "WL903")


def test_a_name_of_another_system_does_not_count():
    loads = (sought("portaudio"), sought("bin\\libportaudio-2.dll"), sought("lib/libportaudio.dylib"))
    answer = diagnose(linux(LDCONFIG), *loads, **raised(SAID))
    assert [(one.code, one.subject, one.also) for one in answer.findings] == [("WL201", "libportaudio.so.2", ())]
    assert len(answer.loads) == 1


def test_none_that_was_loaded_all_the_same():
    """`CDLL(None)` is the process itself, and has none of the library's functions."""
    error = raised("/usr/bin/python3.11: undefined symbol: zbar_version", "AttributeError", file=ASKED_AT)
    (first,) = diagnose(linux(LDCONFIG), sought("zbar"), **error).findings
    assert (first.code, first.subject) == ("WL201", "libzbar.so.0")
    later = diagnose(linux(LDCONFIG), sought("zbar"), sought("c", found="libc.so.6"), **error)
    assert codes(later) == ["WL903"]  # a library was found since: which one has no such function is not known


def test_the_model_finds_what_the_real_one_did_not():
    machine = cached(linux({**LDCONFIG, PORTAUDIO: so()}), PORTAUDIO)
    answer = diagnose(machine, sought("portaudio"), **raised(SAID))
    assert sorted(codes(answer)) == ["WL901", "WL903"]
    disagreement = next(one for one in answer.findings if one.code == "WL901")
    assert data(disagreement, "simulated", "answer") == ["libportaudio.so.2"]


def test_what_is_installed_is_found_once_ldconfig_has_it():
    case = case_of(cached(linux(LDCONFIG)), sought("portaudio"), **raised(SAID))
    content = so(soname="libportaudio.so.2")
    assert prove(case, Change(files={PORTAUDIO: content})).works is False
    assert prove(case, Change(files={PORTAUDIO: content}, cached=(PORTAUDIO,))).works is True
    lacks = so("libasound.so.2", soname="libportaudio.so.2")  # found, and it does not load
    proof = prove(case, Change(files={PORTAUDIO: lacks}, cached=(PORTAUDIO,)))
    assert (proof.works, [one.name for one in proof.still_missing]) == (False, ["libasound.so.2"])


def test_a_preload_helps_no_search():
    case = case_of(cached(linux({**LDCONFIG, "/opt/libportaudio.so.2": so()})), sought("portaudio"), **raised(SAID))
    assert prove(case, Change(preload=("/opt/libportaudio.so.2",))).works is False
    assert prove(case, Change(search_last=("/opt",))).works is False


def test_ld_knows_ld_library_path_and_takes_development_names_alone():
    tools = {"/usr/bin/ld": None, "/usr/bin/objdump": None}
    content = so(soname="libportaudio.so.2")
    files = {**LDCONFIG, **tools, "/opt/libportaudio.so": content, "/opt/libportaudio.so.2": content}
    case = case_of(cached(linux(files)), sought("portaudio"), **raised(SAID))
    assert prove(case, Change(search_last=("/opt",))).works is True
    without = case_of(cached(linux({**files, "/opt/libportaudio.so": None})), sought("portaudio"), **raised(SAID))
    assert prove(without, Change(search_last=("/opt",))).works is None


def test_windows_looks_on_path_and_nowhere_else():
    copy = PACKAGE + r"\bin\zbar.dll"
    error = raised("Unable to find zbar shared library", "ImportError")
    case = case_of(windows({copy: dll()}), sought("zbar", way="path", path=SYSTEM32), **error)
    (first,) = diagnose(windows({copy: dll()}), sought("zbar", way="path", path=SYSTEM32), **error).findings
    assert (first.code, first.subject) == ("WL202", "zbar.dll")
    assert "on PATH and nowhere else" in first.explanation
    assert prove(case, Change(added_directories=(PACKAGE + r"\bin",))).works is False
    assert prove(case, Change(search_last=(PACKAGE + r"\bin",))).works is True
