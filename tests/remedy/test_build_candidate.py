"""`build` among the fixes: where the project has options for what is here, and all that a build needs is here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wontload.app.fix import plan
from wontload.machine.inventory import Inventory
from wontload.machine.snapshot import Snapshot, load

EXAMPLE = Path(__file__).parents[2] / "examples" / "rtx4070super.json"


def fixes(**changed: object) -> dict[str, object]:
    snapshot = load(str(EXAMPLE))
    inventory: Inventory = replace(snapshot.machine.inventory, **changed)
    saved = Snapshot(replace(snapshot.machine, inventory=inventory), *snapshot[1:])
    return {fix.id: fix for fix in plan("llama_cpp", machine=saved).fixes}


def test_it_names_the_gpu_and_the_toolchain_and_stands_behind_what_is_proven():
    found = fixes()
    build = found["build"]
    assert (
        build.title == "build 0.3.16 from source for compute capability 8.9 (Visual Studio 2022 BuildTools + CUDA 12.4)"
    )
    assert build.proof.works is None
    assert list(found).index("build") > list(found).index("scoped-path")


@pytest.mark.parametrize("lacking", [{"visual_studios": ()}, {"tools": (), "toolkits": ()}])
def test_it_is_silent_where_a_build_would_lack_something(lacking):
    assert "build" not in fixes(**lacking)
