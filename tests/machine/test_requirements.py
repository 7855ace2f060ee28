"""Which requirements nothing installed meets."""

from __future__ import annotations

import pytest

from tests.support.machines import linux, windows
from wontload.machine.inventory_parts import Unmet
from wontload.machine.markers import marker_environment
from wontload.machine.survey.requirements import MOST, unmet

INSTALLED = {"torch": "2.14.1+cu130", "numpy": "2.1.0", "odd": "not a version"}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("torch==2.9.1", Unmet(name="torch", versions="==2.9.1", found="2.14.1+cu130")),
        ("torch==2.14.1", None),
        ("Torch (>=2.14)", None),
        ("numpy<2,>=1.22", Unmet(name="numpy", versions="<2,>=1.22", found="2.1.0")),
        ("numpy>=3; sys_platform == 'win32'", None),
        ("numpy>=3; extra == 'all'", None),
        ("nvidia-cudnn-cu12==9.10; platform_system == 'Linux'", Unmet(name="nvidia-cudnn-cu12", versions="==9.10")),
        ("pillow", Unmet(name="pillow", versions="")),
        ("pillow @ https://somewhere/pillow.whl", None),
        ("odd>1", None),
        ("pillow; nonsense == 'x'", None),
        ("!", None),
    ],
)
def test_what_nothing_installed_meets(line: str, found: Unmet | None):
    assert unmet([line], INSTALLED, marker_environment(linux())) == ((found,) if found else ())


def test_markers_are_those_of_the_machine():
    line = "numpy>=3; sys_platform == 'win32' and platform_machine == 'AMD64'"
    assert [one.name for one in unmet([line], INSTALLED, marker_environment(windows()))] == ["numpy"]


def test_no_more_than_some_are_kept():
    lines = [f"absent{number}" for number in range(2 * MOST)]
    assert len(unmet(lines, {}, marker_environment(linux()))) == MOST
