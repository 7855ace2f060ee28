"""Every native file of every pinned wheel: the same answers as LIEF, pefile and pyelftools."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from tests.support.corpus import Wheel, native_members, pins, unpacked
from tests.sweep.comparison import differences
from tests.sweep.excused import without_excuse
from tests.sweep.records import Record, recorded


@pytest.mark.sweep
@pytest.mark.parametrize("wheel", pins(), ids=lambda wheel: wheel.file)
def test_a_wheels_files(wheel: Wheel) -> None:
    record = recorded("parsers", wheel, compare)
    assert record["files"] > 0
    assert without_excuse("parsers", record["differences"]) == []


def compare(wheel: Wheel) -> Record:
    """Ask all parsers about each native file of a wheel."""
    members = native_members(wheel.path())
    with unpacked(wheel, members) as directory:
        found = [
            {"file": f"{wheel.name}/{member}", "about": f"{one.other} {one.part}", **asdict(one)}
            for member in members
            for one in differences(directory / member)
        ]
    return {"files": len(members), "differences": found}
