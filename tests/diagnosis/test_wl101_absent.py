"""WL101: the file asked for is not there. WL2xx speak of bare names and of dependencies."""

from __future__ import annotations

from tests.support.machines import (
    LINUX_PACKAGE,
    PACKAGE,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    dlopen,
    import_load,
    linux,
    of_kind,
    saw,
    so,
    windows,
)
from wontload.diagnosis import Severity

HELPER = PACKAGE + r"\lib\helper.dll"


def test_a_path_where_nothing_is():
    answer = diagnose(windows(directories=[PACKAGE + r"\lib"]), ctypes_load(HELPER))
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL101", Severity.ERROR, True)
    assert (first.subject, first.also, first.component, first.load) == ("helper.dll", (), None, 0)
    assert first.chain == ("pkg", "helper.dll")
    assert [one.kind for one in first.evidence] == ["request", "observed", "file"]
    assert data(first, "request", "file") == [PACKAGE + r"\loader.py"]
    assert data(first, "observed", "number") == [126]
    assert of_kind(first, "file")[0].text == f"{HELPER} does not exist; its directory has no such file"
    assert answer.verdict == "fails"


def test_a_directory_that_is_not_there_either():
    (first,) = diagnose(windows(), ctypes_load(HELPER)).findings
    assert of_kind(first, "file")[0].text.endswith(rf"the directory {PACKAGE}\lib does not exist either")


def test_a_copy_elsewhere_is_evidence():
    (first,) = diagnose(windows({r"C:\tools\helper.dll": dll()}), ctypes_load(HELPER, path=[r"C:\tools"])).findings
    assert data(first, "copy", "path") == [r"C:\tools\helper.dll"]


def test_paths_that_one_line_tries_in_turn_are_one_finding():
    names = [f"{LINUX_PACKAGE}/libfoo.so.{number}" for number in (1, 2)]
    first, second = (dlopen(name) for name in names)
    text = "\n".join(f"{name}: cannot open shared object file: No such file or directory" for name in names)
    machine = linux({LINUX_PACKAGE + "/__init__.py": so()})
    seen = diagnose(machine, first, second, error=saw(second, succeeded=False, text=text).error)
    (finding,) = seen.findings
    assert (finding.code, finding.subject, finding.also) == ("WL101", "libfoo.so.1", ("libfoo.so.2",))
    assert data(finding, "file", "path") == names


def test_a_survived_attempt_is_a_warning():
    answer = diagnose(windows(), ctypes_load(HELPER), survived=True)
    (finding,) = answer.findings
    assert (finding.code, finding.severity, finding.explains_error) == ("WL101", Severity.WARNING, False)


def test_an_attempt_after_which_the_same_line_finds_another_is_nothing():
    files = {PACKAGE + r"\helper.dll": dll()}
    answer = diagnose(windows(files), ctypes_load(HELPER), ctypes_load(PACKAGE + r"\helper.dll"))
    assert (answer.verdict, codes(answer)) == ("loads", [])


def test_a_link_that_leads_nowhere():
    link = LINUX_PACKAGE + "/libfoo.so"
    machine = linux({LINUX_PACKAGE + "/__init__.py": so()}, links={link: "libfoo.so.7"})
    (finding,) = diagnose(machine, dlopen(link)).findings
    assert finding.code == "WL101"
    assert of_kind(finding, "file")[0].text == f"{link} is a link that leads nowhere"


def test_a_relative_path_was_searched_for():
    (finding,) = diagnose(windows(), ctypes_load(r"lib\helper.dll", 0)).findings
    assert finding.code == "WL101"
    assert "joined to each directory of the search order" in finding.explanation
    assert len(of_kind(finding, "file")) > 3


def test_is_silent_where_a_dependency_is_missing():
    assert codes(diagnose(windows({HELPER: dll("gone.dll")}), ctypes_load(HELPER))) == ["WL201"]


def test_is_silent_where_the_bare_name_is_asked_for_too():
    bare = ctypes_load("helper.dll")
    assert codes(diagnose(windows(), ctypes_load(HELPER), bare)) == ["WL201"]


def test_is_silent_where_a_file_is_there_and_of_no_use():
    """glibc answers `cannot open shared object file` to another machine's file and to one that may not be read."""
    library = LINUX_PACKAGE + "/libfoo.so"
    assert codes(diagnose(linux({library: so(architecture="aarch64")}), dlopen(library))) == ["WL103"]
    assert codes(diagnose(linux(denied=[library]), dlopen(library))) == ["WL105"]


def test_an_extension_module_that_is_there_is_none():
    assert codes(diagnose(windows({PACKAGE + r"\_c.pyd": dll()}), import_load(PACKAGE + r"\_c.pyd"))) == []
