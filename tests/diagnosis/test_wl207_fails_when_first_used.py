"""WL207: what is named for later is not there. A load does not care; a call will."""

from __future__ import annotations

from dataclasses import replace

from tests.support.machines import PACKAGE, SYSTEM32, codes, ctypes_load, data, diagnose, dll, saw, windows
from wontload.binary import Import
from wontload.diagnosis import Severity
from wontload.machine import Outcome

LLAMA = PACKAGE + r"\llama.dll"


def delaying(*names: str):
    image = dll()
    return replace(image, needed=tuple(Import(name, delayed=True) for name in names))


def test_a_note_where_the_target_loads():
    answer = diagnose(windows({LLAMA: delaying("later.dll", "never.dll")}), ctypes_load(LLAMA))
    (first,) = answer.findings
    assert (answer.verdict, first.code, first.severity) == ("loads", "WL207", Severity.NOTE)
    assert (first.subject, first.also) == ("later.dll", ("never.dll",))
    assert first.title == "later.dll and never.dll will be missing when llama.dll first calls them"
    assert not first.explains_error


def test_a_copy_that_the_helper_will_not_look_at_is_shown():
    """Beside the library, where its own imports are sought, and a delay load is not."""
    machine = windows({LLAMA: delaying("later.dll"), PACKAGE + r"\later.dll": dll()})
    (first,) = diagnose(machine, ctypes_load(LLAMA)).findings
    assert data(first, "copy", "path") == [PACKAGE + r"\later.dll"]


def test_it_explains_the_crash_that_such_a_call_ends_in():
    inside = saw(ctypes_load(LLAMA), succeeded=None)
    machine = windows({LLAMA: delaying("later.dll")})
    (first,) = diagnose(machine, inside, outcome=Outcome.CRASHED, exit_status=0xC06D007E).findings
    assert (first.code, first.severity, first.explains_error) == ("WL207", Severity.ERROR, True)
    assert first.title == "later.dll was missing when llama.dll first called it"


def test_another_crash_is_another_matter():
    inside = saw(ctypes_load(LLAMA), succeeded=None)
    machine = windows({LLAMA: delaying("later.dll")})
    answer = diagnose(machine, inside, outcome=Outcome.CRASHED, exit_status=0xC0000005)
    assert codes(answer) == ["WL605", "WL207"]


def test_is_silent_where_it_would_be_found():
    machine = windows({LLAMA: delaying("later.dll"), SYSTEM32 + r"\later.dll": dll()})
    assert codes(diagnose(machine, ctypes_load(LLAMA))) == []


def test_is_silent_where_an_eager_path_needs_it_too():
    image = replace(dll("later.dll"), needed=(Import("later.dll"), Import("later.dll", delayed=True)))
    assert codes(diagnose(windows({LLAMA: image}), ctypes_load(LLAMA)))[0] == "WL201"
