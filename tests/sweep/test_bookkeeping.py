"""The sweep's own sums: what would let a disagreement pass unseen."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import strategies as st

from tests.support.corpus import Wheel, pins
from tests.sweep import generated, records
from tests.sweep.comparison import differences
from tests.sweep.excused import EXCUSED, reason_for, without_excuse
from tests.sweep.loads import Asked, added_up

WHEEL = Wheel(platform="win32", name="a", version="1", file="a-1-py3-none-win32.whl", sha256="0")
LOADS = ("loads", ("a.so", "b.so"))


def test_the_pins_are_enough_and_each_file_is_named_once() -> None:
    assert len({wheel.file for wheel in pins()}) == len(pins())
    assert all(re.fullmatch(r"[0-9a-f]{64}", wheel.sha256) for wheel in pins())
    assert min(len(pins("win_amd64")), len(pins("manylinux_x86_64"))) >= 40


@pytest.mark.oracle("wine")
def test_a_difference_between_parsers_is_seen() -> None:
    """LIEF leaves out forwarders that have an ordinal and no name."""
    found = differences(Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/comctl32.dll"))
    assert [(one.other, one.part) for one in found] == [("LIEF", "exports")]


def test_a_parser_that_refuses_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "not.so"
    path.write_bytes(b"\x7fELF" + bytes(60))
    assert {(one.other, one.part) for one in differences(path)} == {("LIEF", "refusal"), ("pyelftools", "refusal")}


def test_loads_are_added_up() -> None:
    record = added_up(
        [
            Asked(file="a/a.so", mode="import", predicted=LOADS, observed=LOADS),
            Asked(file="a/a.so", mode="ctypes", predicted=LOADS, observed=("loads", ("a.so", "c.so"))),
            Asked(file="a/b.so", mode="import", predicted=LOADS, observed=("no such file", ())),
            Asked(file="a/b.so", mode="ctypes", predicted=LOADS, observed=("exit -6: abort\nmore", ()), died=True),
        ]
    )
    assert (record["files"], record["loads"], record["same_verdict"], record["succeed"]) == (2, 3, 2, 2)
    assert (record["modules"], record["same_modules"], record["same_order"]) == (5, 3, 1)
    assert [one["about"] for one in record["differences"]] == ["ctypes modules", "import verdict"]
    assert record["died"] == ["ctypes a/b.so: exit -6: abort"]


def test_an_excuse_covers_what_it_names_and_nothing_else() -> None:
    excuse = EXCUSED[0]
    covered = {"file": excuse.file.replace("*", "x"), "about": excuse.about.replace("*", "import")}
    assert reason_for(excuse.kind, covered) == excuse.reason
    for other in ({**covered, "file": "other/x.so"}, {**covered, "about": "import verdict"}):
        assert without_excuse(excuse.kind, [covered, other]) == [other]


@pytest.mark.parametrize(("differing", "asks"), [([], 1), ([{"file": "a/a.so", "about": "import verdict"}], 2)])
def test_a_record_serves_until_something_is_wrong_with_it(tmp_path, monkeypatch, differing, asks) -> None:
    asked = []
    monkeypatch.setattr(records, "RECORDS", tmp_path)
    for _ in range(2):
        records.recorded("glibc", WHEEL, lambda wheel: asked.append(wheel) or {"files": 1, "differences": differing})
    assert len(asked) == asks


def test_a_batch_of_worlds_is_asked_until_all_of_it_agrees(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(generated, "RECORDS", tmp_path)
    asked: list[int] = []

    def agree_on(number: int) -> None:
        asked.append(number)
        assert number < 2 or not wrong

    for wrong, again in ((True, True), (False, True), (False, False)):
        before = len(asked)
        with pytest.raises(AssertionError) if wrong else nullcontext():
            generated.agree_on_batch("glibc worlds", 3, st.integers(0, 9), agree_on)
        record = json.loads((tmp_path / "generated" / "glibc-worlds-003.json").read_text())
        assert (len(asked) > before) is again
        assert (record["kind"], record["batch"], record["passed"]) == ("glibc worlds", 3, not wrong)
    assert record["worlds"] == 10  # there are no more of these


def test_batches_of_one_source_are_other_worlds_each(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(generated, "RECORDS", tmp_path)
    monkeypatch.setattr(generated, "BATCH", 20)
    drawn: list[set[int]] = []
    for batch in range(2):
        drawn.append(set())
        generated.agree_on_batch("musl worlds", batch, st.integers(0, 1 << 60), drawn[-1].add)
    assert len(drawn[0] & drawn[1]) < 5
