"""Records that end early, lie, or were never ours."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wontload.machine import Outcome
from wontload.probe.child import channel
from wontload.probe.exit_status import describe_exit, is_crash
from wontload.probe.reader import Reading, read_record

PYTHON = {
    "event": "python",
    "facts": {"platform": "win-amd64", "image": r"C:\Py\python.exe", "version": "3.11.9"},
    "variables": {"PATH": r"C:\Windows"},
    "mapped": [r"C:\Py\python.exe", r"C:\Windows\System32\ntdll.dll"],
    "state": {"cwd": "C:\\", "environment": {"PATH": r"C:\Windows"}, "dll_directory": None},
}
LOAD = {"event": "load", "id": 1, "kind": "import", "name": r"C:\a.pyd", "flags": 0x1100, "file": "x.py", "line": 3}
ERROR = {"exception": "ImportError", "text": "DLL load failed while importing a: 找不到", "raised_by": "python"}
FAILED = {"event": "loaded", "id": 1, "succeeded": False, "error": ERROR}
BEGIN = [PYTHON, {"event": "target", "found": True}, {"event": "begin"}]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def read(*events: object) -> Reading:
    return read_record([json.dumps(event).encode() for event in events])


def test_the_number_of_an_import_comes_from_the_repeated_request():
    seen = read(*BEGIN, LOAD, FAILED, {"event": "number", "id": 1, "number": 126}).observation("a", "import", 0)
    error = seen.loads[0].error
    assert error is not None
    assert (error.number, error.raised_by) == (126, "load")


def test_a_repeated_request_without_objection_means_that_the_library_loads():
    seen = read(*BEGIN, LOAD, FAILED, {"event": "number", "id": 1, "number": 0}).observation("a", "import", 0)
    assert (seen.loads[0].succeeded, seen.loads[0].error) == (True, None)


def test_a_cut_line_costs_itself_alone():
    lines = [json.dumps(event).encode() for event in (*BEGIN, LOAD)]
    seen = read_record([*lines, b'{"event": "loaded", "id": 1, "succ']).observation("a", "import", 0xC0000005)
    assert (seen.outcome, seen.exit_status, seen.loads[0].succeeded) == (Outcome.CRASHED, 0xC0000005, None)


def test_each_request_has_the_process_of_its_moment():
    added = {"event": "directory", "id": 5, "number": 0, "path": r"C:\d", "file": "x.py", "line": 1, "expression": "D"}
    later = {**LOAD, "id": 2, "unmapped": [r"C:\Windows\System32\ntdll.dll"], "mapped": [r"C:\b.dll"]}
    later["state"] = {"environment": {"PATH": r"C:\d;C:\Windows"}}
    seen = read(*BEGIN, LOAD, FAILED, added, later, {"event": "directory removed", "id": 5}, {**LOAD, "id": 3})
    first, second, third = (load.request.process for load in seen.observation("a", "import", 0).loads)
    assert (first.environment["PATH"], second.environment["PATH"]) == (r"C:\Windows", r"C:\d;C:\Windows")
    assert [len(one.added_directories) for one in (first, second, third)] == [0, 1, 0]
    assert second.added_directories[0].expression == "D"
    assert second.modules == (r"C:\Py\python.exe", r"C:\b.dll")
    assert second.environment["PATH"] == third.environment["PATH"]


@pytest.mark.parametrize(
    "line", [b"", b"\xff\xfe", b"null", b"[]", b"{}", b"[" * 200_000, b'{"event": []}', b"1" * 5000]
)
def test_lines_that_are_no_events(line: bytes):
    reading = read_record([line])
    assert reading.process is None


EVENTS = (*"python target load loaded number directory finished end full".split(), "directory removed")
FIELDS = (
    "id kind name flags file line mapped unmapped state error number seconds facts variables path exit_code origin "
    "found locations succeeded expression"
).split()


@given(
    name=st.sampled_from(EVENTS),
    fields=st.dictionaries(st.sampled_from(FIELDS), json_values | st.just(1), max_size=6),
)
def test_no_field_of_any_event_can_break_the_reader(name: str, fields: dict[str, object]):
    reading = read(*BEGIN, LOAD, {**fields, "event": name}, FAILED)
    seen = reading.observation("a", "import", 1, ())
    assert len(seen.loads) <= 2
    assert isinstance(seen.outcome, Outcome)


@given(json_values)
def test_the_childs_own_json_is_json(value: object):
    text = channel.encode(value)
    assert text.isascii()
    assert "\n" not in text
    expected = json.loads(json.dumps(value), parse_constant=lambda _: None)
    assert json.loads(text) == expected


def test_surrogates_survive():
    assert json.loads(channel.encode("/caf\udce9/😀")) == "/caf\udce9/😀"


@pytest.mark.parametrize(
    ("status", "crash", "words"),
    [
        (0, False, "exit code 0"),
        (3, False, "exit code 3"),
        (-11, True, "signal 11 SIGSEGV: access to memory that it may not touch"),
        (-4, True, "signal 4 SIGILL: an instruction"),
        (-200, True, "signal 200"),
        (0xC0000005, True, "0xC0000005 STATUS_ACCESS_VIOLATION: access to memory"),
        (0xC000001D, True, "0xC000001D STATUS_ILLEGAL_INSTRUCTION: an instruction that this CPU does not have"),
        (0xC0000409, True, "0xC0000409 STATUS_STACK_BUFFER_OVERRUN: it stopped itself"),
        (0xC06D007E, True, "0xC06D007E delay load, module not found: "),
        (0xC0001234, True, "0xC0001234, an exception that nobody handled"),
        (0xFFFFFFFF, False, "exit code -1"),
    ],
)
def test_exit_statuses_in_words(status: int, crash: bool, words: str):
    assert is_crash(status) is crash
    assert describe_exit(status).startswith(words)


def test_a_directory_that_no_load_had_the_use_of():
    """Taken away before the next load, or added after the last one: both are told, with their moment."""
    added = {"event": "directory", "id": 5, "number": 0, "path": r"C:\d", "file": "x.py", "line": 1}
    gone = {"event": "directory removed", "id": 5}
    used, late = {**added, "id": 6, "path": r"C:\used"}, {**added, "id": 7, "path": r"C:\late"}
    seen = read(*BEGIN, added, gone, used, LOAD, FAILED, late).observation("a", "import", 0)
    found = [(one.directory.path, one.loads_before) for one in seen.unseen_directories]
    assert found == [(r"C:\d", 0), (r"C:\late", 1)]
