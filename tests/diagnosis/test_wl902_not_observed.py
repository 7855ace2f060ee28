"""WL902: nothing was run, or the time limit ended it."""

from __future__ import annotations

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
    of_kind,
    saw,
    so,
    windows,
)
from wontload.diagnosis import Case, Diagnosis, JudgedLoad, Severity
from wontload.diagnosis import diagnose as judge
from wontload.loader import load as simulate
from wontload.machine import LoadRequest, Machine, Outcome

MODULE = PACKAGE + r"\_c.pyd"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"


def from_files(machine: Machine, *requests: LoadRequest) -> Diagnosis:
    """A saved machine without an observation of the target."""
    loads = tuple(JudgedLoad(request=one, simulated=simulate(machine, one)) for one in requests)
    return judge(Case(target="pkg", kind="import", machine=machine, loads=loads))


def test_a_saved_machine_without_an_observation():
    answer = from_files(windows({MODULE: dll()}), import_load(MODULE))
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL902", Severity.NOTE, False)
    assert (first.subject, first.chain, first.load) == ("pkg", ("pkg",), None)
    assert of_kind(first, "simulated")[0].text == "1 file of the package was judged by the loader's model"
    assert answer.verdict == "loads"


def test_what_the_model_finds_comes_first():
    answer = from_files(windows({MODULE: dll("gone.dll")}), import_load(MODULE))
    assert codes(answer) == ["WL201", "WL902"]
    assert (answer.verdict, answer.findings[0].explains_error) == ("fails", True)


def test_a_file_that_the_package_may_do_without_decides_nothing():
    """A package brings a library for every CUDA version; which of them it loads, only its code tells."""
    names = [PACKAGE + rf"\lib_cuda{number}.dll" for number in (118, 124)]
    machine = windows({names[0]: dll("cudart64_110.dll"), names[1]: dll(), MODULE: dll()})
    requests = import_load(MODULE), *(import_load(name) for name in names)
    optional = [LoadRequest(kind="ctypes", name=one.name, flags=one.flags, process=one.process) for one in requests[1:]]
    answer = from_files(machine, requests[0], *optional)
    assert answer.verdict == "undetermined"
    assert "WL201" in codes(answer)
    assert any("a real import decides" in sentence for sentence in answer.would_settle)


def test_the_time_limit_inside_a_load():
    answer = diagnose(
        linux({LIBRARY: so()}), saw(dlopen(LIBRARY), succeeded=None), outcome=Outcome.TIMED_OUT, seconds=60.0
    )
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL902", Severity.WARNING, False)
    assert first.title == "the import of pkg did not end and was stopped after 60 s"
    assert data(first, "observed", "name") == [LIBRARY]
    assert "inside the load" in of_kind(first, "observed")[0].text
    assert answer.verdict == "undetermined"
    assert any("--timeout" in sentence for sentence in answer.would_settle)


def test_the_time_limit_between_loads_and_before_any():
    (first,) = diagnose(linux({LIBRARY: so()}), dlopen(LIBRARY), outcome=Outcome.TIMED_OUT).findings
    assert of_kind(first, "observed")[0].text == f"the last load, of {LIBRARY}, had come back"
    (first,) = diagnose(linux(), outcome=Outcome.TIMED_OUT).findings
    assert of_kind(first, "observed")[0].text == "no native library had been asked for yet"


def test_is_silent_where_the_import_was_seen_to_end():
    assert codes(diagnose(windows({MODULE: dll()}), import_load(MODULE))) == []
    assert codes(diagnose(windows({MODULE: dll("gone.dll")}), import_load(MODULE))) == ["WL201"]


def test_a_file_is_not_imported():
    machine = windows({MODULE: dll()})
    load = JudgedLoad(request=import_load(MODULE), simulated=simulate(machine, import_load(MODULE)))
    (first,) = judge(Case(target=MODULE, kind="file", machine=machine, loads=(load,))).findings
    assert first.title == f"the load of {MODULE} was not observed; this is judged from the file"
    assert of_kind(first, "simulated")[0].text == "the file and all that it names were judged by the loader's model"


def test_longer_than_it_was_given():
    answer = diagnose(linux(), outcome=Outcome.TIMED_OUT, seconds=500.0)
    assert answer.would_settle == ("Give it longer: `wontload pkg --timeout 5000`.",)
