"""Native files of real wheels, and of CPython itself, as an import and as `winmode=0` would load them."""

from __future__ import annotations

import pytest

from tests.oracles.windows.world import Lab, World
from tests.support.downloads import wheel

pytestmark = [pytest.mark.oracle("wine"), pytest.mark.timeout(300)]

WHEELS = ("kinako-llama-cpp", "numpy", "markupsafe", "bitsandbytes", "gpt4all")
# comctl32 comes from a side-by-side assembly, which is not modelled, and then brings uxtheme with it.
SIDE_BY_SIDE = {"_msi.pyd"}


@pytest.fixture(scope="module")
def native_files(lab: Lab):
    with lab.windows.python("wheels") as python:
        python.install(*map(wheel, WHEELS))
        found = [path for path in python.root.rglob("*") if path.suffix in (".pyd", ".dll")]
        yield sorted(path for path in found if path.name not in SIDE_BY_SIDE)


@pytest.mark.parametrize("flags", [0x1100, 0], ids=["import", "winmode=0"])
def test_every_native_file(lab: Lab, native_files, flags):
    worlds = [World({}, lab.windows.to_windows(path), flags=flags) for path in native_files]
    answers = {world.name: lab.outcomes(world) for world in worlds}
    assert len(answers) > 70
    assert {name: pair for name, pair in answers.items() if pair[0] != pair[1]} == {}
