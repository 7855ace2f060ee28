"""A saved machine from a stranger, one value of it changed: one sentence that says where, or a report; nothing opened.

Every sort of place in real saved machines meets every sort of wrong value; hypothesis looks for what two of them do.
"""

from __future__ import annotations

import copy
import gzip
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wontload.app.snapshot import snapshot
from wontload.cli import main
from wontload.machine.snapshot import loads
from wontload.machine.snapshot_json import LARGEST_FILE_BYTES, MOST_CONTAINERS, BadSnapshot
from wontload.report.text import clean

EXAMPLES = Path(__file__).parents[2] / "examples"
MOST_BYTES = 2 << 30  # of address space: what a parser of 16 MB may take, and Python beside it

WRONG: dict[str, Any] = {
    "nothing": None,
    "true": True,
    "zero": 0,
    "negative": -1,
    "huge": 10**30,
    "fraction": 0.5,
    "text": "abc",
    "empty text": "",
    "path": "/lib/libc.so.6",
    "up": "../../../../etc/passwd",
    "device": r"\\?\pipe\x",
    "surrogate": "\ud800/\udcff",
    "controls": "\x1b]0;x\x07\r\n\x00",
    "long": "x" * 300_000,
    "long path": "/a" * 3_000,
    "list": ["abc"],
    "empty list": [],
    "list of lists": [[["a"]]],
    "object": {"a": "b"},
    "empty object": {},
    "deep": json.loads("[" * 80 + "]" * 80),
}


@cache
def captured() -> dict[str, Any]:
    """This computer, with two packages that were tried: one that loads native files, one that there is not."""
    return snapshot(["_ctypes", "sqlite3"]).value


@cache
def machines() -> dict[str, Any]:
    found = {path.stem: json.loads(path.read_bytes()) for path in EXAMPLES.glob("*.json")}
    return {**found, "captured": captured()}


def places(value: Any, sort: tuple[str, ...] = (), path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, Any]]:
    """Every place below `value`: its sort (an index is as good as another, so is a path), and the way to it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in items:
        named = key if isinstance(key, str) and key.isidentifier() and key.islower() else "*"
        yield (*sort, named), (*path, key)
        yield from places(one, (*sort, named), (*path, key))


@cache
def small(name: str) -> dict[str, Any]:
    """The machine with three entries of each long table, which are all of one sort."""
    machine = copy.deepcopy(machines()[name])
    parts = machine["machine"]
    parts["files"].pop("base", None)  # whose thousands of files are not the stranger's
    for table in (*parts["files"].values(), *parts["system"].values(), *parts.get("inventory", {}).values()):
        if isinstance(table, dict | list) and len(table) > 3:
            for key in list(table)[3:] if isinstance(table, dict) else [slice(3, None)]:
                del table[key]
    for image in parts["files"]["images"].values():
        for rows in image.values():
            if isinstance(rows, list):
                del rows[3:]
    return machine


@cache
def sorts(name: str) -> tuple[tuple[Any, ...], ...]:
    """One place of each sort."""
    return tuple(dict(places(small(name))).values())


def changed(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    """`value` with another value at one place; only what lies on the way there is copied."""
    if not path:
        return by
    found = copy.copy(value)
    found[path[0]] = changed(value[path[0]], path[1:], by)
    return found


def told(data: bytes, targets: tuple[str, ...], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Whatever the commands make of it, they end in a status of theirs, with fit text and no traceback."""
    path = tmp_path / "box.json"
    path.write_bytes(data)
    for arguments in (*((target, form) for target in targets for form in ("--json", "--quiet")), ("doctor", "--quiet")):
        status = main([*arguments, "--machine", str(path)], as_module=True)
        out, err = capsys.readouterr()
        assert status in (0, 1, 2, 3, 4), (arguments, status)
        assert "Traceback" not in out + err
        assert "defect in wontload" not in err, err
        assert "\x1b" not in out + err
        if status == 4:
            (line,) = err.splitlines()
            assert line.startswith("wontload: ")
            assert len(line) < 700


@pytest.mark.parametrize("name", ["rtx4070super", "captured"])
def test_every_sort_of_place_with_every_sort_of_value(name: str) -> None:
    """It is read or refused; who refuses says what is wrong, in one sentence, and where."""
    machine = small(name)
    refused = 0
    for path in sorts(name):
        for what, value in WRONG.items():
            data = json.dumps(changed(machine, path, value)).encode()
            try:
                loads(data, "box.json")
            except BadSnapshot as error:
                refused += 1
                sentence = clean(str(error))
                assert sentence.count("\n") == 0, (path, what)
                assert len(sentence) < 600, (path, what)
                if len(path) > 1:  # a short `paths` or `processes` is found out by who counts into it
                    assert f"at {path[0]}" in sentence, (path, what, sentence)
    assert refused > len(sorts(name)) * len(WRONG) // 2


@pytest.mark.parametrize("wrong", ["abc", {"a": "b"}])
def test_no_text_is_taken_for_a_list(wrong: Any) -> None:
    machine = small("captured")
    lists = [path for path in sorts("captured") if isinstance(at(machine, path), list)]
    assert len(lists) > 30
    for path in lists:
        with pytest.raises(BadSnapshot, match=r"at \w+"):
            loads(json.dumps(changed(machine, path, wrong)).encode(), "box.json")


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_read_is_reported_without_a_traceback(
    data: st.DataObject, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    name = data.draw(st.sampled_from(["rtx4070super", "captured"]))
    machine = small(name)
    for _ in range(data.draw(st.integers(1, 3))):
        path, value = data.draw(st.sampled_from(sorts(name))), data.draw(st.sampled_from(sorted(WRONG)))
        try:
            machine = changed(machine, path, WRONG[value])
        except (KeyError, IndexError, TypeError):
            continue  # the first change took away where the second belongs
    told(json.dumps(machine).encode(), ("llama_cpp", "sqlite3", "no_such"), capsys, tmp_path)


def test_nothing_is_opened_and_nothing_is_run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, opened: list[str]
) -> None:
    """But for the program's own files and the one that was named. Every path of the file is asked of the file alone."""
    own = (str(Path(__file__).parents[2] / "src"), sys.base_prefix, sys.prefix, str(tmp_path), os.devnull)
    for name, machine in machines().items():
        del opened[:]
        told(json.dumps(machine).encode(), ("llama_cpp", "sqlite3", "_ctypes"), capsys, tmp_path)
        strange = [one for one in opened if not one.startswith(own)]
        assert not strange, name


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What Python opens, lists, asks about or runs meanwhile, as text."""
    found: list[str] = []
    HEARD.append(found)
    _listen()
    for name in ("stat", "lstat", "readlink"):
        monkeypatch.setattr(os, name, _heard(getattr(os, name)))
    yield found
    HEARD.remove(found)


HEARD: list[list[str]] = []
EVENTS = ("open", "os.listdir", "os.scandir", "subprocess.Popen", "ctypes.dlopen", "socket.connect", "os.exec", "exec")


def _heard(call: Callable[..., Any]) -> Callable[..., Any]:
    def asked(path: Any, *arguments: Any, **named: Any) -> Any:
        for one in HEARD:
            one.append(os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else sys.prefix)
        return call(path, *arguments, **named)

    return asked


@cache
def _listen() -> None:
    """An audit hook stays for ever, so there is one."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if HEARD and event in EVENTS and event != "exec" and isinstance(arguments[0], str | bytes | os.PathLike):
            for one in HEARD:
                one.append(os.fsdecode(arguments[0]))

    sys.addaudithook(hook)


def _text(name: str, value: str) -> str:
    """A saved machine as text, one part of it as it is given."""
    parts = {"schema": '"wontload.machine/1"', "machine": "{}", "observations": "[]", "processes": "[]", "paths": "[]"}
    return "{" + ", ".join(f'"{part}": {one}' for part, one in {**parts, name: value}.items()) + "}"


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: _text("paths", '["a"], "paths": ["b"]'), "the name 'paths' stands twice"),
        (lambda: _text("machine", '{"id": "x", "id": "y"}'), "the name 'id' stands twice"),
        (lambda: _text("paths", "[NaN]"), "NaN is not a number"),
        (lambda: _text("paths", "[-Infinity]"), "-Infinity is not a number"),
        (lambda: _text("paths", "[1e999]"), r"at paths\[0\], a number stands where a text belongs"),
        (lambda: _text("paths", "[" + "9" * 5_000 + "]"), "a number has 5000 digits"),
        (lambda: _text("paths", "[" * 200_000 + "]" * 200_000), "nested too deeply"),
        (lambda: _text("paths", "[" + "[]," * (MOST_CONTAINERS + 1) + "[]]"), "more values than a saved machine has"),
        (lambda: _text("paths", "[" + "0," * 2_000_001 + "0]"), "more values than a saved machine has"),
        (lambda: _text("paths", '["' + "x" * LARGEST_FILE_BYTES + '"]'), "larger than 16 MB"),
        (lambda: "[]", "it holds a list"),
        (lambda: '"x"', "it holds a text"),
        (lambda: "1", "it holds a whole number"),
        (lambda: "{}", "it names no schema"),
    ],
)
def test_what_json_allows_and_no_machine_has(made: Callable[[], str], says: str) -> None:
    with pytest.raises(BadSnapshot, match=says):
        loads(made().encode(), "box.json")


@pytest.mark.parametrize(
    "made",
    [
        lambda: gzip.compress(b" " * (200 << 20)),
        lambda: gzip.compress(gzip.compress(b" " * (64 << 20))),
        lambda: gzip.compress(b"[" * (15 << 20)),
        lambda: gzip.compress(b"{}," * (5 << 20)),
        lambda: gzip.compress(b'{"schema": "wontload.machine/1", "machine": [' + b"1," * (6 << 20) + b"1]}"),
        lambda: gzip.compress(b"9" * (15 << 20)),
        lambda: b"\x1f\x8b\x08\x00" + b"\0" * 100,
    ],
    ids=["blanks", "twice", "brackets", "objects", "numbers", "one number", "torn"],
)
def test_small_files_that_unpack_to_much(made: Callable[[], bytes], tmp_path: Path) -> None:
    """In a process that may not take more memory than that."""
    path = tmp_path / "box.json.gz"
    path.write_bytes(made())
    ran = subprocess.run(
        [sys.executable, "-m", "wontload", "json", "--machine", str(path)],
        capture_output=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES)),
    )
    assert ran.returncode == 4, ran.stderr
    assert ran.stderr.count(b"\n") == 1


def test_tables_whose_work_would_grow_with_each_other() -> None:
    """Twenty thousand loads of a process with four thousand directories on its PATH."""
    value = copy.deepcopy(captured())
    record = next(one for one in value["observations"] if one["observation"].get("loads"))
    load = record["observation"]["loads"][0]
    record["observation"]["loads"] = [load] * 20_000
    value["processes"][load["request"]["process"]]["environment"] = {"PATH": ":".join(["/a"] * 4_000)}
    with pytest.raises(BadSnapshot, match="directories for its loads to search"):
        loads(json.dumps(value).encode(), "box.json")


def test_what_we_write_is_within_every_bound() -> None:
    found = loads(json.dumps(captured()).encode(), "box.json")
    assert found.records
