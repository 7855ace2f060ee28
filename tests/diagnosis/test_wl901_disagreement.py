"""WL901: what was seen and what the model says differ, in the verdict, the number or a path."""

from __future__ import annotations

from tests.support.machines import (
    BASE,
    LINUX_PACKAGE,
    PACKAGE,
    SYSTEM32,
    USR_LIB,
    codes,
    ctypes_load,
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
from wontload.diagnosis import Diagnosis, Finding, Severity
from wontload.machine import Outcome

MODULE = PACKAGE + r"\_c.pyd"
FOO = PACKAGE + r"\foo.dll"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"


def disagreement(answer: Diagnosis) -> Finding:
    return next(one for one in answer.findings if one.code == "WL901")


def test_it_loaded_and_the_model_says_that_it_fails():
    answer = diagnose(windows({MODULE: dll("gone.dll")}), saw(import_load(MODULE)))
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL901", Severity.WARNING, False)
    assert (first.subject, first.chain, first.load) == ("_c.pyd", ("pkg", "_c.pyd"), 0)
    assert [one.kind for one in first.evidence] == ["observed", "simulated"]
    assert of_kind(first, "observed")[0].data == {"succeeded": True, "number": None}
    assert of_kind(first, "simulated")[0].data == {"verdict": "fails", "error": 126}
    assert answer.verdict == "loads"


def test_it_failed_and_the_model_says_that_it_loads():
    answer = diagnose(windows({MODULE: dll()}), saw(import_load(MODULE), succeeded=False, number=126))
    assert codes(answer) == ["WL901", "WL903"] or codes(answer) == ["WL903", "WL901"]
    assert of_kind(disagreement(answer), "simulated")[0].data == {"verdict": "loads", "error": 0}
    assert answer.verdict == "fails"


def test_another_number():
    answer = diagnose(windows({MODULE: dll("gone.dll")}), saw(import_load(MODULE), succeeded=False, number=127))
    found = disagreement(answer)
    assert of_kind(found, "observed")[0].data == {"number": 127}
    assert of_kind(found, "simulated")[0].data == {"error": 126}


def test_another_path():
    machine = windows({MODULE: dll("foo.dll"), FOO: dll(), BASE + r"\foo.dll": dll()})
    (first,) = diagnose(machine, saw(import_load(MODULE), mapped=[MODULE, BASE + r"\foo.dll"])).findings
    assert first.code == "WL901"
    assert of_kind(first, "observed")[0].data == {"path": BASE + r"\foo.dll"}
    assert of_kind(first, "simulated")[0].data == {"path": FOO}


def test_linux_complains_of_another_file():
    text = "libother.so.2: cannot open shared object file: No such file or directory"
    answer = diagnose(linux({LIBRARY: so("libgone.so.1")}), saw(dlopen(LIBRARY), succeeded=False, text=text))
    assert disagreement(answer).subject == "libfoo.so"
    assert not any(one.explains_error for one in answer.findings if one.code == "WL201")


def test_is_silent_where_linux_says_it_in_another_language():
    text = "libgone.so.1: Kann die Shared-Object-Datei nicht öffnen: Datei oder Verzeichnis nicht gefunden"
    answer = diagnose(linux({LIBRARY: so("libgone.so.1")}), saw(dlopen(LIBRARY), succeeded=False, text=text))
    assert codes(answer) == ["WL201"]
    assert answer.findings[0].explains_error


def test_is_silent_where_both_agree():
    machine = windows({MODULE: dll("foo.dll"), FOO: dll()})
    assert codes(diagnose(machine, saw(import_load(MODULE), mapped=[MODULE.upper(), FOO.lower()]))) == []
    assert codes(diagnose(windows({MODULE: dll("gone.dll")}), import_load(MODULE))) == ["WL201"]


def test_is_silent_about_what_native_code_loads_by_itself():
    mapped = [MODULE, SYSTEM32 + r"\version.dll", r"C:\anywhere\plugin.dll"]
    assert codes(diagnose(windows({MODULE: dll()}), saw(import_load(MODULE), mapped=mapped))) == []


def test_is_silent_where_a_second_file_of_that_name_was_mapped_as_well():
    """Native code loads another copy by its full path; the one that the model names is there too."""
    machine = windows({MODULE: dll("foo.dll"), FOO: dll(), r"C:\tools\foo.dll": dll()})
    mapped = [MODULE, FOO, r"C:\tools\foo.dll"]
    assert codes(diagnose(machine, saw(import_load(MODULE), mapped=mapped))) == []


def test_is_silent_where_a_link_leads_to_the_file_that_was_mapped():
    files = {LIBRARY: so("libbar.so.1"), USR_LIB + "/libbar.so.1.2": so(soname="libbar.so.1")}
    machine = linux(files, links={USR_LIB + "/libbar.so.1": "libbar.so.1.2"})
    assert codes(diagnose(machine, saw(dlopen(LIBRARY), mapped=[LIBRARY, USR_LIB + "/libbar.so.1.2"]))) == []


def test_is_silent_about_what_no_model_can_know():
    failed = saw(ctypes_load(FOO), succeeded=False, number=1114)
    assert "WL901" not in codes(diagnose(windows({FOO: dll()}), failed))
    inside = saw(ctypes_load(FOO), succeeded=None)
    crashed = diagnose(windows({FOO: dll()}), inside, outcome=Outcome.CRASHED, exit_status=0xC0000005)
    assert "WL901" not in codes(crashed)


def test_is_silent_where_the_model_does_not_decide():
    machine = windows({MODULE: dll("foo.dll")}, complete=[PACKAGE])
    assert "WL901" not in codes(diagnose(machine, saw(import_load(MODULE), succeeded=False, number=126)))
