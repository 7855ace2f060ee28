"""`runtime-wheels`: which versions are asked for, by what the driver takes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wontload.app.fix import plan
from wontload.machine.snapshot import Snapshot, load
from wontload.remedy.change import Change, changed_machine
from wontload.remedy.fix import Fix

EXAMPLE = Path(__file__).parents[2] / "examples" / "rtx4070super.json"
TOOLKIT = r"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v12.4\bin"


def offered(cuda: tuple[int, int]) -> Fix:
    """For a llama_cpp of CUDA 12 on a machine without any, with a driver that takes that CUDA."""
    saved = load(str(EXAMPLE))
    names = saved.machine.files.listing(TOOLKIT) or ()
    machine = changed_machine(saved.machine, Change(removed=tuple(rf"{TOOLKIT}\{name}" for name in names)))
    drivers = tuple(replace(one, cuda=cuda) for one in machine.inventory.drivers or ())
    machine = replace(machine, inventory=replace(machine.inventory, drivers=drivers))
    fixes = plan("llama_cpp", machine=Snapshot(machine, *saved[1:])).fixes
    return next(one for one in fixes if one.id == "runtime-wheels")


@pytest.mark.parametrize(("cuda", "bound"), [((12, 4), "<12.5"), ((12, 2), "<12.3"), ((13, 0), ""), ((11, 8), "")])
def test_nothing_newer_than_the_driver_takes_and_no_more_than_is_missing(cuda: tuple[int, int], bound: str):
    fix = offered(cuda)
    assert fix.requirements == (f"nvidia-cuda-runtime-cu12{bound}", f"nvidia-cublas-cu12{bound}")


def test_a_driver_of_an_older_major_is_said_to_be_in_the_way():
    assert offered((11, 8)).caveat.startswith("the driver takes CUDA 11.8 at most")
    assert "driver" not in offered((12, 4)).caveat
