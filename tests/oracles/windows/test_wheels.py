"""Native files of real wheels, and of CPython itself, as an import and as `winmode=0` would load them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracles.windows.world import Lab, World
from tests.support.downloads import wheel

pytestmark = [pytest.mark.oracle("wine"), pytest.mark.timeout(300)]

WHEELS = ("kinako-llama-cpp", "numpy", "markupsafe")
LARGE_WHEELS = ("bitsandbytes", "gpt4all")


def native_files(python) -> list[Path]:
    return sorted(path for path in python.root.rglob("*") if path.suffix in (".pyd", ".dll"))


def disagreements(lab: Lab, wheels: tuple[str, ...], flags: int, every: int = 1) -> tuple[int, dict[str, object]]:
    """How many files were asked about, and the model's and Wine's answers where they differ."""
    with lab.windows.python("wheels") as python:
        python.install(*map(wheel, wheels))
        worlds = [World({}, lab.windows.to_windows(path), flags=flags) for path in native_files(python)[::every]]
        answers = {world.name: lab.outcomes(world) for world in worlds}
    return len(answers), {name: pair for name, pair in answers.items() if pair[0] != pair[1]}


@pytest.mark.parametrize("flags", [0x1100, 0], ids=["import", "winmode=0"])
def test_some_native_files(lab: Lab, flags):
    asked, differing = disagreements(lab, WHEELS, flags, every=2)
    assert asked > 20
    assert differing == {}


@pytest.mark.sweep
@pytest.mark.parametrize("flags", [0x1100, 0], ids=["import", "winmode=0"])
def test_every_native_file(lab: Lab, flags):
    asked, differing = disagreements(lab, WHEELS + LARGE_WHEELS, flags)
    assert asked > 70
    assert differing == {}
