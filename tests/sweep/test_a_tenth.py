"""What `make test` asks of the sweep's questions to real loaders: the small wheels with many files."""

from __future__ import annotations

import platform
import zipfile
from pathlib import Path

import pytest

from tests.support import downloads
from tests.support.corpus import pins
from tests.sweep import test_glibc, test_imports, test_musl, test_parsers, test_windows
from tests.sweep.excused import without_excuse
from tests.sweep.imports import differences

# A tenth of the wheels, and nearly of their files: 40 MB for all systems.
NAMES = ("aiohttp", "black", "gevent", "h5py", "lxml", "msgpack", "pycryptodome")
LINUX = [wheel for wheel in pins(f"manylinux_{platform.machine()}") if wheel.name in NAMES]
MUSL = [wheel for wheel in pins(test_musl.PLATFORM) if wheel.name in NAMES]
WINDOWS = [wheel for wheel in pins("win_amd64") if wheel.name in NAMES]


@pytest.mark.oracle("gcc")
@pytest.mark.parametrize("wheel", LINUX, ids=lambda wheel: wheel.name)
def test_glibc_loads_them_as_predicted(wheel) -> None:
    record = test_glibc.ask(wheel)
    assert without_excuse("glibc", record["differences"]) == []
    assert (record["loads"], record["died"]) == (2 * record["files"], [])


@pytest.mark.oracle("gcc", "musl", "apt")
@pytest.mark.parametrize("wheel", MUSL, ids=lambda wheel: wheel.name)
def test_musl_loads_them_as_predicted(wheel) -> None:
    record = test_musl.ask(wheel)
    assert without_excuse("musl", record["differences"]) == []
    assert (record["loads"], record["died"]) == (4 * record["files"], [])
    assert test_musl.misjudged(wheel) == []


@pytest.mark.oracle("wine")
@pytest.mark.parametrize("wheel", WINDOWS, ids=lambda wheel: wheel.name)
def test_windows_python_loads_them_as_predicted(wheel) -> None:
    record = test_windows.ask(wheel)
    assert without_excuse("windows", record["differences"]) == []
    assert (record["loads"], record["died"]) == (2 * record["files"], [])


# Of the same wheels a few modules each, and wheels that need what is not there: six of sixty.
IMPORTED = ("aiohttp", "gevent", "lxml", "msgpack")
MODULES = 4


@pytest.mark.oracle("gcc")
@pytest.mark.parametrize("name", [*IMPORTED, "torchao", "mpi4py"])
def test_modules_import_on_this_linux_as_check_says(name: str, tmp_path: Path) -> None:
    path = next((one.path() for one in LINUX if one.name == name), None) or downloads.wheel(name)
    found = test_imports.on_linux(path, [], tmp_path, MODULES)
    assert differences(found) == []
    assert {one.observed for one in found} == {"loads" if name in IMPORTED else "refused"}


@pytest.mark.oracle("wine")
@pytest.mark.parametrize("name", IMPORTED)
def test_modules_import_under_wine_as_check_says(name: str) -> None:
    found = test_imports.on_windows(next(one.path() for one in WINDOWS if one.name == name), [], MODULES)
    assert differences(found) == []
    assert {one.observed for one in found} == {"loads"}


@pytest.mark.oracle("wine")
def test_a_windows_wheel_that_lost_a_library_is_refused_as_check_says(tmp_path: Path) -> None:
    whole = next(one.path() for one in WINDOWS if one.name == "h5py")
    path = tmp_path / whole.name
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(path, "w") as copy:
        for member in archive.infolist():
            if member.filename != "h5py/hdf5.dll":
                copy.writestr(member, archive.read(member))
    found = test_imports.on_windows(path, [], MODULES)
    assert differences(found) == []
    assert "refused" in {one.observed for one in found}


def test_it_is_a_tenth() -> None:
    assert 10 * len(LINUX) >= len(pins(f"manylinux_{platform.machine()}"))
    assert 10 * len(MUSL) >= len(pins(test_musl.PLATFORM))
    assert 10 * len(WINDOWS) >= len(pins("win_amd64"))


@pytest.mark.parametrize("wheel", [*LINUX, *WINDOWS], ids=lambda wheel: f"{wheel.name}-{wheel.platform}")
def test_other_parsers_read_them_as_we_do(wheel) -> None:
    """With the files of `tests/binary/test_against_others.py`, a tenth of what the sweep compares."""
    record = test_parsers.compare(wheel)
    assert record["files"] > 0
    assert without_excuse("parsers", record["differences"]) == []
