"""Every native file of the manylinux wheels, predicted and then loaded for real by this machine's glibc."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from tests.oracles.glibc.oracle import both
from tests.support.corpus import Wheel, native_members, pins, unpacked
from tests.sweep.excused import without_excuse
from tests.sweep.loads import Asked, added_up, asked
from tests.sweep.records import Record, recorded

# How the oracle's child is told of a mode.
MODES = {"import": "import:", "ctypes": ""}


@pytest.mark.sweep
@pytest.mark.oracle("gcc")
@pytest.mark.parametrize("wheel", pins(f"manylinux_{platform.machine()}"), ids=lambda wheel: wheel.file)
def test_a_wheels_files(wheel: Wheel) -> None:
    record = recorded("glibc", wheel, ask)
    assert record["files"] > 0
    assert without_excuse("glibc", record["differences"]) == []


def ask(wheel: Wheel) -> Record:
    """Load each file of a wheel, in each mode, in a process of its own."""
    members = [name for name in native_members(wheel.path()) if ".so" in name]
    with unpacked(wheel) as directory:
        return added_up([load(wheel, directory, member, mode) for member in members for mode in MODES])


def load(wheel: Wheel, directory: Path, member: str, mode: str) -> Asked:
    """One file, asked for by its path."""
    predicted, observed = both(f"{MODES[mode]}{directory / member}", directory="/")
    return asked(f"{wheel.name}/{member}", mode, predicted, observed, directory)
