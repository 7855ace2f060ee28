"""WL903: no other finding explains it."""

from __future__ import annotations

from dataclasses import replace

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
    python_error,
    saw,
    so,
    told,
    windows,
)
from wontload.diagnosis import Case, JudgedLoad, Severity
from wontload.diagnosis import diagnose as judge
from wontload.loader import load as simulate
from wontload.machine import Outcome

MODULE = PACKAGE + r"\_c.pyd"
FOO = PACKAGE + r"\foo.dll"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"
NOOPEN = 0x40  # DF_1_NOOPEN: `ld -z nodlopen`


def test_a_load_that_the_model_finds_sound():
    answer = diagnose(windows({MODULE: dll()}), saw(import_load(MODULE), succeeded=False, number=1450))
    first = next(one for one in answer.findings if one.code == "WL903")
    assert (first.severity, first.explains_error, first.subject, first.load) == (Severity.ERROR, False, "_c.pyd", 0)
    assert first.chain == ("pkg", "_c.pyd")
    assert first.title == "_c.pyd does not load, and nothing that was examined explains it"
    assert [one.kind for one in first.evidence] == ["request", "observed"]
    assert data(first, "observed", "number") == [1450]
    assert "look sound" in first.explanation
    assert answer.verdict == "fails"


def test_a_library_that_the_package_looks_for_by_itself():
    """python-sounddevice asks ctypes.util.find_library, and nothing is handed to the loader."""
    said = "PortAudio library not found"
    (first,) = diagnose(linux({}), outcome=Outcome.FAILS, error=python_error("OSError", said)).findings
    assert (first.code, first.title) == ("WL903", f"the import ends in Python code, not in the loader: OSError: {said}")
    assert data(first, "looked", "names") == [["libportaudio.so.2"]]
    assert data(first, "provider", "package") == ["libportaudio2"]


def test_such_a_library_that_is_here():
    there = {"/usr/lib/x86_64-linux-gnu/libportaudio.so.2": so()}
    error = python_error("OSError", "PortAudio library not found")
    (first,) = diagnose(linux(there), outcome=Outcome.FAILS, error=error).findings
    assert data(first, "copy", "path") == ["/usr/lib/x86_64-linux-gnu/libportaudio.so.2"]


def test_a_reason_that_the_model_knows_and_no_finding_has():
    """Nothing may be called sound that the model itself refuses."""
    machine = linux({LIBRARY: so(flags_1=NOOPEN)})
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert (first.code, first.title) == ("WL903", "libfoo.so does not load: shared object cannot be dlopen()ed")
    assert "sound" not in told(first)


def test_the_culprit_is_named_where_it_is_a_dependency():
    machine = linux({LIBRARY: so("libbar.so"), "/usr/lib/libbar.so": so(flags_1=NOOPEN)})
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert (first.code, first.subject) == ("WL903", "libfoo.so")
    assert first.title == "libfoo.so does not load because of libbar.so: shared object cannot be dlopen()ed"


def test_a_load_that_the_model_does_not_decide():
    machine = windows({MODULE: dll("foo.dll")}, complete=[PACKAGE])
    (first,) = diagnose(machine, saw(import_load(MODULE), succeeded=False, number=126)).findings
    assert first.code == "WL903"
    assert "sound" not in told(first)
    assert "foo.dll" in of_kind(first, "simulated")[0].text


def test_a_loader_without_a_model():
    machine = linux({LIBRARY: so("libgone.so.1")})
    machine = replace(machine, system=replace(machine.system, libc="uclibc"))
    failed = saw(dlopen(LIBRARY), succeeded=False, text="Error loading shared library libgone.so.1: No such file")
    (first,) = diagnose(machine, failed).findings
    assert first.code == "WL903"
    assert "no model of the uclibc loader" in told(first)
    assert "sound" not in told(first)


def test_an_exception_of_python_code():
    error = python_error("ValueError", "no GPU", file=PACKAGE + r"\__init__.py", line=7)
    answer = diagnose(windows(), outcome=Outcome.FAILS, error=error)
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error, first.load) == ("WL903", Severity.ERROR, False, None)
    assert first.title == "the import ends in Python code, not in the loader: ValueError: no GPU"
    assert of_kind(first, "observed")[0].data == {"file": PACKAGE + r"\__init__.py", "line": 7}
    assert first.explanation.startswith("No native library was refused")
    assert answer.verdict == "fails"


def test_an_exception_after_loads_that_failed():
    """A package that survives a failed load and complains in words of its own: neither denied nor asserted."""
    error = python_error("RuntimeError", "CUDA setup failed")
    machine = windows({MODULE: dll("cudart64_12.dll")})
    answer = diagnose(machine, ctypes_load(MODULE), outcome=Outcome.FAILS, error=error)
    assert sorted(codes(answer)) == ["WL201", "WL903"]
    last = next(one for one in answer.findings if one.code == "WL903")
    assert "No native library was refused" not in last.explanation
    assert last.explanation.startswith("Before the exception _c.pyd did not load")


def test_an_exception_without_words():
    (first,) = diagnose(windows(), outcome=Outcome.FAILS, error=python_error("AssertionError", "")).findings
    assert first.title.endswith("not in the loader: AssertionError")


def test_a_saved_machine_that_does_not_say_enough():
    machine = windows({MODULE: dll("foo.dll")}, complete=[PACKAGE])
    request = import_load(MODULE)
    loads = (JudgedLoad(request=request, simulated=simulate(machine, request)),)
    answer = judge(Case(target="pkg", kind="import", machine=machine, loads=loads))
    assert answer.verdict == "undetermined"
    first = next(one for one in answer.findings if one.code == "WL903")
    assert (first.severity, first.subject, first.explains_error) == (Severity.NOTE, "pkg", False)
    assert "foo.dll" in of_kind(first, "simulated")[0].text
    assert answer.would_settle[0] == of_kind(first, "simulated")[0].text


def test_is_silent_where_something_explains_it():
    assert codes(diagnose(windows({MODULE: dll("gone.dll")}), import_load(MODULE))) == ["WL201"]


def test_is_silent_where_it_loads():
    assert codes(diagnose(windows({MODULE: dll()}), import_load(MODULE))) == []


def test_a_long_message_is_cut_in_the_title():
    error = python_error("ImportError", "first line " + "x" * 5000 + "\nsecond line")
    (first,) = diagnose(linux(), outcome=Outcome.FAILS, error=error).findings
    assert "first line" in first.title
    assert len(first.title) < 320
    assert "second" not in first.title
