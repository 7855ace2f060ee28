"""Every native file of the 64-bit Windows wheels, predicted and then loaded by the real CPython under Wine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.oracles.windows.world import Crashed, Lab, Outcome, World
from tests.support.corpus import Wheel, native_members, pins
from tests.support.windows import windows
from tests.sweep.excused import without_excuse
from tests.sweep.loads import Asked, added_up
from tests.sweep.records import Record, recorded
from wontload.probe.exit_status import exception_of

MODES = {"import": 0x1100, "legacy": 0}
# A load that takes longer is one whose initialiser waits for something that Wine does not give it.
LIMIT_S = 90


@pytest.mark.sweep
@pytest.mark.oracle("wine")
@pytest.mark.parametrize("wheel", pins("win_amd64"), ids=lambda wheel: wheel.file)
def test_a_wheels_files(wheel: Wheel) -> None:
    record = recorded("windows", wheel, ask)
    assert record["files"] > 0
    assert without_excuse("windows", record["differences"]) == []


def ask(wheel: Wheel) -> Record:
    """Install a wheel into a fresh Python, whose process then loads each file in each mode."""
    with fresh_lab() as lab:
        lab.python.install(wheel.path())
        members = native_members(wheel.path())
        return added_up([load(lab, wheel, member, mode) for member in members for mode in MODES])


@contextmanager
def fresh_lab() -> Iterator[Lab]:
    """A Python of its own, gone again afterwards with all that was installed into it."""
    win = windows()
    with win.python("sweep") as python:
        lab = Lab(win, python, win.drive / f"sweep worlds {os.getpid()}", limit_s=LIMIT_S)
        try:
            yield lab
        finally:
            lab.stop()
            shutil.rmtree(lab.root, ignore_errors=True)


def load(lab: Lab, wheel: Wheel, member: str, mode: str) -> Asked:
    """One file, asked for by its path."""
    path = lab.windows.to_windows(lab.python.place_of(member))
    file = f"{wheel.name}/{member}"
    try:
        predicted, observed = lab.outcomes(World({}, path, flags=MODES[mode]))
    except Crashed:
        return Asked(file=file, mode=mode, predicted=("?", ()), observed=("crashed, or waited", ()), died=True)
    return Asked(
        file=file,
        mode=mode,
        predicted=_plain(lab, predicted),
        observed=_plain(lab, observed),
        died=exception_of(observed.error) is not None,
    )


def _plain(lab: Lab, outcome: Outcome) -> tuple[str | int, tuple[str, ...]]:
    """Without the name of the directory, which another run does not have."""
    root = lab.windows.to_windows(lab.python.root).lower()
    end = "undetermined" if outcome.error is None else outcome.error or "loads"
    return end, tuple(path.replace(root, "<python>") for path in outcome.mapped)
