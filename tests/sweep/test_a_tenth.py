"""What `make test` asks of the sweep's questions to real loaders: the small wheels with many files."""

from __future__ import annotations

import platform

import pytest

from tests.support.corpus import pins
from tests.sweep import test_glibc, test_parsers, test_windows
from tests.sweep.excused import without_excuse

# A tenth of the wheels, and nearly of their files: 35 MB for both systems.
NAMES = ("aiohttp", "black", "gevent", "h5py", "lxml", "msgpack", "pycryptodome")
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


def test_it_is_a_tenth() -> None:
    assert 10 * len(LINUX) >= len(pins(f"manylinux_{platform.machine()}"))
    assert 10 * len(WINDOWS) >= len(pins("win_amd64"))


@pytest.mark.parametrize("wheel", [*LINUX, *WINDOWS], ids=lambda wheel: f"{wheel.name}-{wheel.platform}")
def test_other_parsers_read_them_as_we_do(wheel) -> None:
    """With the files of `tests/binary/test_against_others.py`, a tenth of what the sweep compares."""
    record = test_parsers.compare(wheel)
    assert record["files"] > 0
    assert without_excuse("parsers", record["differences"]) == []
