"""What `make test` asks of the sweep's questions to real loaders: the small wheels with many files."""

from __future__ import annotations

import platform

import pytest

from tests.support.corpus import pins
from tests.sweep import test_glibc, test_windows
from tests.sweep.excused import without_excuse

NAMES = ("h5py", "lxml", "pycryptodome")  # 20 MB for both systems
LINUX = [wheel for wheel in pins(f"manylinux_{platform.machine()}") if wheel.name in NAMES]
WINDOWS = [wheel for wheel in pins("win_amd64") if wheel.name in NAMES]


@pytest.mark.oracle("gcc")
@pytest.mark.parametrize("wheel", LINUX, ids=lambda wheel: wheel.name)
def test_glibc_loads_them_as_predicted(wheel) -> None:
    record = test_glibc.ask(wheel)
    assert without_excuse("glibc", record["differences"]) == []
    assert (record["loads"], record["died"]) == (2 * record["files"], [])


@pytest.mark.oracle("wine")
@pytest.mark.parametrize("wheel", WINDOWS, ids=lambda wheel: wheel.name)
def test_windows_python_loads_them_as_predicted(wheel) -> None:
    record = test_windows.ask(wheel)
    assert without_excuse("windows", record["differences"]) == []
    assert (record["loads"], record["died"]) == (2 * record["files"], [])
