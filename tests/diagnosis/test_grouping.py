"""One finding a root cause: which missing files stand together."""

from __future__ import annotations

from tests.support.machines import (
    CUDA,
    LINUX_PACKAGE,
    PACKAGE,
    SITE,
    case_of,
    ctypes_load,
    dll,
    dlopen,
    linux,
    saw,
    so,
    windows,
)
from wontload.diagnosis import Case, Severity
from wontload.diagnosis.grouping import component, explains, grouped, names, severity

LLAMA = PACKAGE + r"\llama.dll"
EXTRA = PACKAGE + r"\extra.dll"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"


def groups(case: Case, code: str = "WL201") -> list[tuple[str, ...]]:
    return [names(group) for group in grouped(case, code)]


def test_a_suite_stands_together_whoever_needs_it():
    files = {LLAMA: dll("cudart64_12.dll", "a.dll"), PACKAGE + r"\a.dll": dll("cublas64_12.dll", "cusparse64_12.dll")}
    assert groups(case_of(windows(files), ctypes_load(LLAMA))) == [
        ("cudart64_12.dll", "cublas64_12.dll", "cusparse64_12.dll")
    ]


def test_suites_stand_apart():
    machine = windows({LLAMA: dll("cudart64_12.dll", "cudnn64_9.dll", "vcomp140.dll", "cublas64_12.dll")})
    assert groups(case_of(machine, ctypes_load(LLAMA))) == [
        ("cudart64_12.dll", "cublas64_12.dll"),
        ("cudnn64_9.dll",),
        ("vcomp140.dll",),
    ]


def test_toolkits_stand_apart_and_ambiguous_files_go_with_their_importer():
    """cuSPARSE 12 is CUDA 12's and 13's, cuRAND 10 is every toolkit's."""
    files = {LLAMA: dll("a.dll", "b.dll"), PACKAGE + r"\a.dll": dll("curand64_10.dll", "cudart64_13.dll")}
    files[PACKAGE + r"\b.dll"] = dll("cusparse64_12.dll", "cublas64_12.dll")
    assert groups(case_of(windows(files), ctypes_load(LLAMA))) == [
        ("curand64_10.dll", "cudart64_13.dll"),
        ("cusparse64_12.dll", "cublas64_12.dll"),
    ]


def test_what_nobody_knows_goes_with_its_importer_on_windows():
    files = {LLAMA: dll("one.dll", "two.dll", "x.dll"), PACKAGE + r"\x.dll": dll("three.dll")}
    assert groups(case_of(windows(files), ctypes_load(LLAMA))) == [("one.dll", "two.dll", "three.dll")]
    other = SITE + r"\other\y.dll"
    case = case_of(windows({LLAMA: dll("one.dll"), other: dll("two.dll")}), ctypes_load(LLAMA), ctypes_load(other))
    assert sorted(groups(case)) == [("one.dll",), ("two.dll",)]


def test_what_nobody_knows_stands_alone_where_its_name_has_a_version_on_linux():
    machine = linux({LIBRARY: so("libaa.so.1", "libbb.so.2", "libown.so", "libown-base.so")})
    assert groups(case_of(machine, dlopen(LIBRARY))) == [
        ("libaa.so.1",),
        ("libbb.so.2",),
        ("libown.so", "libown-base.so"),
    ]


def test_copies_in_one_place_stand_together():
    files = {LLAMA: dll("one.dll", "two.dll", "three.dll")}
    files |= {r"C:\a\one.dll": dll(), r"C:\a\two.dll": dll(), r"C:\b\three.dll": dll()}
    machine = windows(files, environment={"PATH": r"C:\a;C:\b"})
    case = case_of(machine, ctypes_load(LLAMA, path=[r"C:\a", r"C:\b"]))
    assert groups(case, "WL202") == [("one.dll", "two.dll"), ("three.dll",)]


def test_codes_stand_apart_within_a_suite():
    """One is here and not searched, the other is not here: to mend one does not mend the other."""
    machine = windows({LLAMA: dll("cudart64_12.dll", "nvrtc64_120_0.dll"), CUDA + r"\cudart64_12.dll": dll()})
    case = case_of(machine, ctypes_load(LLAMA))
    assert groups(case, "WL202") == [("cudart64_12.dll",)]
    assert groups(case, "WL201") == [("nvrtc64_120_0.dll",)]


def test_ways_of_adding_stand_apart():
    """A directory that was added by a call and one that was put on PATH are mended in two ways."""
    files = {LLAMA: dll("one.dll", "two.dll"), r"C:\a\one.dll": dll(), r"C:\b\two.dll": dll()}
    later = ctypes_load(EXTRA, 0, added=[r"C:\a"], path=[r"C:\b"])
    now = ctypes_load(LLAMA, 0x1000, path=[r"C:\b"])
    case = case_of(windows(files), now, saw(later), survived=True)
    assert groups(case, "WL203") == [("one.dll",), ("two.dll",)]


def test_what_was_survived_stands_apart_from_what_was_not():
    files = {LLAMA: dll("cudart64_12.dll"), EXTRA: dll("cublas64_12.dll")}
    case = case_of(windows(files), ctypes_load(EXTRA), ctypes_load(LLAMA))
    fatal, survived = grouped(case, "WL201")
    assert (names(fatal), severity(case, fatal), explains(case, fatal)) == (("cudart64_12.dll",), Severity.ERROR, True)
    assert (severity(case, survived), explains(case, survived)) == (Severity.WARNING, False)


def test_one_name_that_two_loads_lack_is_told_once_and_of_the_fatal_one():
    files = {LLAMA: dll("gone.dll"), EXTRA: dll("gone.dll")}
    case = case_of(windows(files), ctypes_load(EXTRA), ctypes_load(LLAMA))
    ((one,),) = grouped(case, "WL201")
    assert one.load == 1


def test_one_line_s_attempts_stand_together_and_another_line_s_apart():
    requests = [dlopen("libaa.so.1"), dlopen("libbb.so.2"), dlopen("libcc.so.3", line=99)]
    case = case_of(linux(), *requests, survived=True)
    assert groups(case) == [("libaa.so.1", "libbb.so.2"), ("libcc.so.3",)]


def test_an_api_set_stands_apart():
    contract = "api-ms-win-core-new-l1-1-0.dll"
    machine = windows({LLAMA: dll(contract, "gone.dll")}, system={"api_sets": {contract[:-6]: ""}})
    case = case_of(machine, ctypes_load(LLAMA))
    assert (groups(case), groups(case, "WL307")) == ([("gone.dll",)], [(contract,)])


def test_components():
    assert component("cublasLt64_12.dll") == "cublas 12"
    assert component("nobody.dll") is None
