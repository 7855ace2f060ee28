"""Which finding comes first, and what they all add up to."""

from __future__ import annotations

from tests.support.machines import (
    BASE,
    LINUX_PACKAGE,
    PACKAGE,
    SITE,
    broken,
    codes,
    ctypes_load,
    diagnose,
    dll,
    dlopen,
    import_load,
    linux,
    saw,
    so,
    windows,
)
from wontload.binary import Defect
from wontload.diagnosis import Severity

MODULE = PACKAGE + r"\_c.pyd"
LLAMA = PACKAGE + r"\llama.dll"
EXTRA = PACKAGE + r"\extra.dll"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"
GONE = r"C:\gone"


def test_what_explains_the_error_comes_before_what_was_survived():
    """The survived load came first in time, and its code is asked first."""
    machine = windows({EXTRA: broken(Defect.EMPTY), MODULE: dll("gone.dll")})
    answer = diagnose(machine, ctypes_load(EXTRA), import_load(MODULE))
    assert codes(answer) == ["WL201", "WL102"]
    assert [one.severity for one in answer.findings] == [Severity.ERROR, Severity.WARNING]
    assert [one.explains_error for one in answer.findings] == [True, False]
    assert [one.load for one in answer.findings] == [1, 0]


def test_the_rest_by_gravity_and_then_in_load_order():
    files = {EXTRA: broken(Defect.EMPTY), LLAMA: dll("ggml.dll"), MODULE: dll("gone.dll")}
    machine = windows(files, environment={"CUDA_PATH": GONE})
    answer = diagnose(machine, ctypes_load(LLAMA), ctypes_load(EXTRA, line=11), import_load(MODULE))
    assert [(one.code, one.load) for one in answer.findings] == [
        ("WL201", 2),
        ("WL208", None),
        ("WL201", 0),
        ("WL102", 1),
    ]


def test_two_causes_in_one_load_and_linux_names_the_first():
    """libbar is missing and comes first; libbaz is for another processor. Rules are asked in another order."""
    files = {LIBRARY: so("libGL.so.1", "libbaz.so"), "/opt/libbaz.so": broken(Defect.EMPTY)}
    answer = diagnose(linux(files), dlopen(LIBRARY, library_path="/opt"))
    assert [(one.code, one.explains_error) for one in answer.findings] == [("WL201", True), ("WL102", False)]
    assert {one.severity for one in answer.findings} == {Severity.ERROR}


def test_the_same_two_the_other_way_round():
    files = {LIBRARY: so("libbaz.so", "libGL.so.1"), "/opt/libbaz.so": broken(Defect.EMPTY)}
    answer = diagnose(linux(files), dlopen(LIBRARY, library_path="/opt"))
    assert [(one.code, one.explains_error) for one in answer.findings] == [("WL102", True), ("WL201", False)]


def test_two_causes_of_which_windows_number_fits_one():
    """126 is a missing file; the 193 of the damaged one would come next."""
    files = {LLAMA: dll("empty.dll", "gone.dll"), PACKAGE + r"\empty.dll": broken(Defect.EMPTY)}
    seen = saw(ctypes_load(LLAMA), succeeded=False, number=126)
    answer = diagnose(windows(files), seen)
    explaining = [one.code for one in answer.findings if one.explains_error]
    assert (explaining, answer.findings[0].code) == (["WL201"], "WL201")


def test_two_causes_with_one_number_stand_in_the_order_of_the_load():
    files = {LLAMA: dll("gone.dll", "tools.dll"), r"C:\tools\tools.dll": dll()}
    machine = windows(files, environment={"PATH": r"C:\tools"})
    answer = diagnose(machine, ctypes_load(LLAMA, path=[r"C:\tools"]))
    assert [(one.code, one.subject) for one in answer.findings] == [("WL201", "gone.dll"), ("WL202", "tools.dll")]
    files[LLAMA] = dll("tools.dll", "gone.dll")
    machine = windows(files, environment={"PATH": r"C:\tools"})
    answer = diagnose(machine, ctypes_load(LLAMA, path=[r"C:\tools"]))
    assert [(one.code, one.subject) for one in answer.findings] == [("WL202", "tools.dll"), ("WL201", "gone.dll")]


def test_a_load_that_was_survived_earlier_does_not_explain_a_later_error():
    machine = windows({LLAMA: dll("gone.dll"), MODULE: dll("other.dll")})
    answer = diagnose(machine, ctypes_load(LLAMA), import_load(MODULE))
    assert [(one.subject, one.explains_error) for one in answer.findings] == [("other.dll", True), ("gone.dll", False)]


def test_a_file_of_the_package_itself_failed_and_the_import_survived():
    """It imports, and not all of it will work."""
    answer = diagnose(windows({LLAMA: dll("gone.dll")}), ctypes_load(LLAMA), survived=True)
    assert (answer.verdict, codes(answer)) == ("degraded", ["WL201"])


def test_an_optional_bare_name_that_nobody_has_changes_nothing():
    answer = diagnose(windows(), ctypes_load("nvcuda.dll"), survived=True)
    assert (answer.verdict, codes(answer)) == ("loads", ["WL402"])
    answer = diagnose(linux(), dlopen("libcuda.so.1"), survived=True)
    assert (answer.verdict, codes(answer)) == ("loads", ["WL402"])


def test_a_file_of_another_package_whose_name_begins_alike():
    neighbour = SITE + r"\pkg_extras\lib.dll"
    answer = diagnose(windows({neighbour: dll("gone.dll")}), ctypes_load(neighbour), survived=True)
    assert answer.verdict == "loads"


def test_a_disagreement_does_not_degrade():
    answer = diagnose(windows({LLAMA: dll("gone.dll")}), saw(ctypes_load(LLAMA)))
    assert (answer.verdict, codes(answer)) == ("loads", ["WL901"])


def test_nothing_to_say():
    answer = diagnose(windows({LLAMA: dll("vcruntime140.dll"), BASE + r"\vcruntime140.dll": dll()}), ctypes_load(LLAMA))
    assert (answer.verdict, answer.findings, answer.error, answer.would_settle) == ("loads", (), None, ())
