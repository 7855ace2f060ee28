"""What a snapshot of several targets keeps, and which directories it holds besides those that were searched."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.gcc import SharedObject
from wontload.app import snapshot as module
from wontload.app.saved import diagnose_saved
from wontload.app.tree import tree
from wontload.loader import Verdict
from wontload.machine.snapshot import Snapshot, loads


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> str:
    """A target of which nothing was observed: its answer has no case."""
    real = module.diagnose

    def diagnose(target: str, **given: Any) -> Any:
        answer = real(target, **given)
        return replace(answer, case=None) if target == "this" else answer

    monkeypatch.setattr(module, "diagnose", diagnose)
    return "this"


@pytest.mark.parametrize("order", [("this", "sqlite3", "_json"), ("sqlite3", "this", "_json")])
def test_each_target_keeps_its_own_record(order: tuple[str, ...], untried: str) -> None:
    """A record that took its neighbour's name would answer for it."""
    records = loads(json.dumps(module.snapshot(order, redact=False).value).encode(), "box.json").records
    assert [record.observation.target for record in records] == ["sqlite3", "_json"]
    assert untried not in {name for record in records for name in record.names}
    assert not {"sqlite3", "_json"} & {name for record in records for name in record.names}


@pytest.fixture(params=[False, True], ids=["whole", "cut down"])
def box(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    """This computer, saved with a target that needs nothing from the default directories."""
    if request.param:
        monkeypatch.setattr(module, "SMALL_BYTES", 0)
    found = loads(json.dumps(module.snapshot(["_json"], redact=False).value).encode(), "box.json")
    assert found.machine.exports_cut is request.param
    return found


def test_a_library_that_is_nowhere_there(box: Snapshot, tmp_path: Path) -> None:
    """All that a search can touch is listed, so that nothing is left open of a file that nobody asked for then."""
    strange = tmp_path / "libstrange.so"
    strange.write_bytes(SharedObject(needed=("libnowhere.so.1",), uses=("also_missing",)).bytes())
    (load,) = tree([str(strange)], machine=box)
    assert load.result.verdict is Verdict.FAILS
    assert "libnowhere.so.1: cannot open shared object file" in str(load.result.error)


def test_a_symbol_is_claimed_to_be_missing_only_where_all_are_known(box: Snapshot, tmp_path: Path) -> None:
    strange = tmp_path / "libstrange.so"
    strange.write_bytes(SharedObject(uses=("also_missing",)).bytes())
    (load,) = tree([str(strange)], machine=box)
    assert load.result.verdict is (Verdict.UNDETERMINED if box.machine.exports_cut else Verdict.FAILS)


def test_of_relocations_those_stay_that_room_for_static_tls_hangs_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Qt's would be a megabyte, and none of them decides anything."""
    monkeypatch.setattr(module, "SMALL_BYTES", 0)
    fixed = '__attribute__((tls_model("initial-exec")))'
    source = f"""extern int open(const char *, int, ...); __thread char room[4000] {fixed};
        char *get(void) {{ open("/dev/null", 0); return room; }}"""
    (tmp_path / "libroom.so").write_bytes(SharedObject(source=source).bytes())
    target = str(tmp_path / "libroom.so")
    saved = module.snapshot([target], redact=False)
    box = loads(json.dumps(saved.value).encode(), "box.json")
    assert saved.differing == ()
    assert [one.code for one in diagnose_saved(target, *box).findings] == ["WL602"]
    images = saved.value["machine"]["files"]["images"].values()
    assert [row[1:] for one in images for row in one.get("relocations") or ()] == [["room"]]
