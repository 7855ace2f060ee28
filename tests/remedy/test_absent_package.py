"""`install`: the command for what is not installed, in the versions that are asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.diagnosis.test_unmet import LIBRARY, requiring
from tests.support.machines import diagnose, linux, python_error, so
from wontload.app.fix import plan_for
from wontload.machine import Outcome
from wontload.machine.inventory_parts import Unmet
from wontload.remedy.steps import ByHand

NUMPY = Unmet(name="numpy", versions=">=1.21.6")
OTHER = Unmet(name="torch", versions="==2.9.1", found="2.14.1")


@pytest.mark.parametrize(
    ("unmet", "missing", "title", "words"),
    [
        ((NUMPY,), "numpy", "install numpy>=1.21.6, which pkg requires", "'numpy>=1.21.6'"),
        ((NUMPY,), None, "install numpy>=1.21.6, which pkg requires", "'numpy>=1.21.6'"),
        (
            (NUMPY, Unmet(name="sympy", versions="")),
            None,
            "install numpy>=1.21.6, which pkg requires, and 1 more that is required",
            "'numpy>=1.21.6' sympy",
        ),
        ((), "cv2", "install opencv-python, which brings cv2", "opencv-python"),
        ((), "pkg_resources", "install setuptools<82, which brings pkg_resources", "'setuptools<82'"),
    ],
)
def test_what_the_command_installs(unmet: tuple[Unmet, ...], missing: str | None, title: str, words: str):
    machine = replace(requiring(linux({LIBRARY: so()}), *unmet), id="saved")
    error = python_error("ImportError", f"No module named '{missing}'" if missing else "")
    diagnosis = diagnose(machine, outcome=Outcome.FAILS, error=error, missing_module=missing)
    (fix,) = (one for one in plan_for(diagnosis).fixes if one.kind == "install")
    (step,) = fix.steps
    assert isinstance(step, ByHand)
    assert fix.title == title
    assert step.command.endswith(f" install {words}")


@pytest.mark.parametrize("unmet", [(), (OTHER,)])
def test_none_where_nothing_that_is_required_is_missing(unmet: tuple[Unmet, ...]):
    machine = replace(requiring(linux({LIBRARY: so()}), *unmet), id="saved")
    diagnosis = diagnose(machine, outcome=Outcome.FAILS, error=python_error("ImportError", ""))
    assert [one for one in plan_for(diagnosis).fixes if one.kind == "install"] == []
