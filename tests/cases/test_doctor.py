"""`wontload doctor`, live: real wheels on Linux and on a Windows CPython under Wine; nothing of them is imported."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import python311, unpack, wontload
from tests.support.downloads import wheel
from tests.support.schemas import check
from tests.support.windows import WindowsPython, windows

SOURCES = Path(__file__).resolve().parents[2] / "src"


def packages(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    check(answer)
    return {one["name"]: one for one in answer["packages"]}


def test_a_broken_package_among_good_ones(tmp_path: Path):
    """mpi4py's extension modules need an MPI that nobody installed; pyzmq carries all that it needs."""
    site = unpack(unpack(tmp_path / "site", "pyzmq"), "mpi4py")
    trap = site / "trap.py"
    trap.write_text("raise SystemExit('somebody imported this')\n")
    done = wontload("doctor", "--json", "--python", python311(), PYTHONPATH=str(site))
    assert done.status == 1
    found = packages(json.loads(done.out))
    assert (found["pyzmq"]["verdict"], found["pyzmq"]["ailing"]) == ("loads", [])
    broken = found["mpi4py"]
    assert broken["verdict"] == "fails"
    missing = {
        one["name"] for file in broken["ailing"] for one in file["load"]["modules"] if one["status"] == "missing"
    }
    assert {"libmpi.so.12", "libmpi.so.40"} <= missing
    for file in broken["ailing"]:  # the real loader agrees about every one of them
        command = [python311(), "-c", "import ctypes, sys; ctypes.CDLL(sys.argv[1])", file["path"]]
        real = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert real.returncode != 0
        assert str(file["load"]["error"]) in real.stderr


def test_a_wheel_for_another_processor_is_named_by_doctor_and_by_its_import(tmp_path: Path):
    """pyzmq's own words are that its backend was not compiled."""
    site = unpack(tmp_path / "arm", "pyzmq-aarch64")
    asked = ("--json", "--python", python311())
    found = packages(json.loads(wontload("doctor", *asked, PYTHONPATH=str(site)).out))["pyzmq"]
    assert (found["verdict"], found["made_for"]) == ("fails", "cp311-cp311-manylinux_2_17_aarch64")
    assert any("_zmq.cpython-311-aarch64-linux-gnu.so" in one for one in found["strange"])
    done = wontload("zmq", *asked, PYTHONPATH=str(site))
    findings = json.loads(done.out)["findings"]
    assert (done.status, [one["code"] for one in findings]) == (1, ["WL501"])


def test_a_file_that_the_import_did_not_ask_for_is_cut(tmp_path: Path):
    site = unpack(tmp_path / "site", "mpi4py")
    cut = min((site / "mpi4py").glob("MPI*.so"))
    os.truncate(cut, 5000)
    done = wontload("mpi4py", "--json", "--python", python311(), PYTHONPATH=str(site))
    answer = json.loads(done.out)
    assert (done.status, answer["verdict"]) == (0, "loads")
    (only,) = answer["findings"]
    assert (only["code"], only["severity"], only["subject"]) == ("WL504", "warning", cut.name)


def test_the_report_for_a_person(tmp_path: Path):
    site = unpack(tmp_path / "site", "mpi4py")
    done = wontload("doctor", "--python", python311(), "--no-color", PYTHONPATH=str(site))
    first, *rest = done.out.splitlines()
    assert "would not load" in first
    assert any(line.strip().startswith("processor") for line in rest)
    assert "✗ mpi4py 4.1.2: 2 of 2 extension modules would not load" in done.out
    assert done.err == ""


def test_a_saved_machine_is_asked_for_what_it_holds():
    example = SOURCES.parent / "examples" / "rtx4070super.json"
    done = wontload("doctor", "--machine", str(example))
    assert "RTX 4070 SUPER" in done.out
    assert done.status == 1, done.out
    assert "llama.dll" in done.out


@pytest.fixture(scope="module")
def python() -> Iterator[WindowsPython]:
    with windows().python("doctor") as made:
        made.install(wheel("numpy"), wheel("bitsandbytes"), wheel("build-packaging"))  # the last for the tool itself
        yield made


@pytest.mark.oracle("wine")
@pytest.mark.xdist_group("windows-doctor")
def test_windows(python: WindowsPython):
    """numpy finds its own libraries, as its import shows; bitsandbytes has one library for each CUDA."""
    environment = {"PYTHONPATH": python.windows.to_windows(SOURCES)}
    done = python.run("-m", "wontload", "doctor", "--json", env=environment, timeout=250)
    assert done.stdout, done.stderr
    found = packages(json.loads(done.stdout))
    assert python.run("-c", "import numpy").returncode == 0
    assert found["numpy"]["verdict"] == "loads", found["numpy"]["ailing"]
    cuda = {
        file["path"].rsplit("\\", 1)[1]: file
        for file in found["bitsandbytes"]["ailing"]
        if "_cuda" in file["path"] and file["standing"] == "fails"
    }
    assert "libbitsandbytes_cuda124.dll" in cuda
    assert not cuda["libbitsandbytes_cuda124.dll"]["extension"]
    modules = {one["name"]: one["status"] for one in cuda["libbitsandbytes_cuda124.dll"]["load"]["modules"]}
    assert modules["cudart64_12.dll"] == "missing"
    loading = f"import ctypes; ctypes.CDLL(r'{cuda['libbitsandbytes_cuda124.dll']['path']}')"
    real = python.run("-c", loading)
    assert "Could not find module" in real.stderr, "and so says the real loader"
    assert found["bitsandbytes"]["verdict"] == "undetermined", "which of them it needs, only its import tells"
