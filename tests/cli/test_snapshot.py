"""`wontload snapshot`: where it writes, what it shows, and what it leaves when it cannot write."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from tests.support.cli import wontload
from tests.support.schemas import check
from wontload.cli.atomic import write_file
from wontload.errors import WontloadError


def test_it_goes_to_a_pipe(alone: Path):
    ran = wontload("snapshot", "json", cwd=alone, USER="zaphod", SECRET_PLAN="heartofgold42")
    value = check(ran.out)
    assert (ran.status, value["observations"][0]["observation"]["target"]) == (0, "json")
    assert "kB to standard output, which is no terminal. Names of users" in ran.err
    assert [wontload("snapshot", "-q", *more).err for more in ((), ("-o", "-"))] == ["", ""]
    assert ran.out.count("\n") == 1  # as a file has it: indented, it would be twice as long
    assert "zaphod" not in ran.out
    assert "heartofgold" not in ran.out
    assert list(alone.iterdir()) == []


def test_without_a_target_nothing_was_tried(alone: Path):
    place = alone / "box.json.gz"
    ran = wontload("snapshot", "-o", str(place))
    value = check(gzip.decompress(place.read_bytes()))
    assert (ran.status, ran.out, value["observations"]) == (0, "", [])
    assert "box.json.gz written" in ran.err
    assert place.stat().st_size < 1_000_000
    assert value["machine"]["inventory"]["cpu"]
    there = wontload("nowhere_at_all", "--machine", str(place))
    assert there.status == 2


def test_shown_is_what_is_written(alone: Path):
    place = alone / "box.json"
    ran = wontload("snapshot", "json", "--show", "-o", str(place), "-q")
    assert json.loads(ran.out) == json.loads(place.read_text())


def test_a_named_file_is_replaced_in_one_go(alone: Path):
    place = alone / "box.json"
    place.write_text("before")
    assert wontload("snapshot", "json", "-o", str(place)).status == 0
    check(place.read_text())
    assert [one.name for one in alone.iterdir()] == ["box.json"]


@pytest.mark.parametrize("place", ["no/such/directory.json", "."])
def test_what_cannot_be_written(place: str, alone: Path):
    ran = wontload("snapshot", "json", "-o", place, cwd=alone)
    assert (ran.status, ran.out) == (4, "")
    assert ran.err.count("\n") == 1
    assert list(alone.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk():
    ran = wontload("snapshot", "json", "-o", "/dev/full")
    assert (ran.status, ran.err) == (
        4,
        "wontload: cannot write /dev/full: No space left on device. Name another place with -o FILE.\n",
    )


def test_a_name_of_its_own_choice_replaces_nothing(alone: Path):
    place = alone / "box.json"
    place.write_bytes(b"mine")
    with pytest.raises(WontloadError):
        write_file(str(place), b"new", replace=False)
    assert place.read_bytes() == b"mine"
    assert [one.name for one in alone.iterdir()] == ["box.json"]


def test_an_interruption_leaves_nothing(alone: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_file(str(alone / "box.json"), b"new", replace=True)
    assert list(alone.iterdir()) == []


def test_not_of_a_saved_machine(complaint):
    line = complaint(2, "snapshot", "json", "--machine", "box.json")
    assert line == "snapshot saves this computer, and --machine names a saved one. Leave --machine out."
