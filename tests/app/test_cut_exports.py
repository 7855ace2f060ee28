"""A saved machine that left exports out: of a symbol that a strange file takes nothing is claimed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.images import pe
from tests.support.machines import PACKAGE, dll, windows
from wontload.app.tree import tree
from wontload.loader import Verdict

HELPER = PACKAGE + r"\helper.dll"


@pytest.mark.parametrize(("cut", "verdict"), [(False, Verdict.FAILS), (True, Verdict.UNDETERMINED)])
def test_a_symbol_that_may_have_been_left_out(tmp_path: Path, cut: bool, verdict: Verdict):
    strange = tmp_path / "strange.dll"
    strange.write_bytes(pe(needs=[("helper.dll", ["elsewhere"])]))
    machine = replace(windows({HELPER: dll(exports=["taken"])}), exports_cut=cut)
    (load,) = tree([str(strange)], machine=machine, at=PACKAGE + r"\strange.dll")
    assert load.result.verdict is verdict
    assert bool(load.result.error) is not cut
    assert any("elsewhere" in one for one in load.result.would_settle) is cut


@pytest.mark.parametrize("order", [("gone.dll", "helper.dll"), ("helper.dll", "gone.dll")])
def test_a_library_that_is_nowhere_decides_all_the_same(tmp_path: Path, order: tuple[str, ...]):
    """Windows maps every library before it binds the first symbol."""
    strange = tmp_path / "strange.dll"
    takes = {"gone.dll": ["x"], "helper.dll": ["elsewhere"]}
    strange.write_bytes(pe(needs=[(name, takes[name]) for name in order]))
    machine = replace(windows({HELPER: dll(exports=["taken"])}), exports_cut=True)
    (load,) = tree([str(strange)], machine=machine, at=PACKAGE + r"\strange.dll")
    assert (load.result.verdict, load.result.error) == (Verdict.FAILS, 126)


def test_a_symbol_two_files_away(tmp_path: Path):
    strange = tmp_path / "strange.dll"
    strange.write_bytes(pe(needs=[("helper.dll", ["taken"])]))
    middle = dll(("other.dll", ["elsewhere"]), exports=["taken"])
    other = {PACKAGE + r"\other.dll": dll(exports=["kept"])}
    machine = replace(windows({HELPER: middle, **other}), exports_cut=True)
    (load,) = tree([str(strange)], machine=machine, at=PACKAGE + r"\strange.dll")
    assert load.result.verdict is Verdict.UNDETERMINED
