"""The survey on a real registry: keys put into Wine's by its own `reg add`, read back through the official CPython."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.windows import WindowsPython, windows
from wontload.machine.survey.cpu import parse_cpuinfo
from wontload.machine.survey.cpuid import BITS

pytestmark = [pytest.mark.oracle("wine"), pytest.mark.xdist_group("windows-registry")]

SOURCES = Path(__file__).resolve().parents[3] / "src"
DISPLAYS = r"HKLM\SOFTWARE\surveyed displays"  # Wine makes the real key anew whenever a desktop starts
CLASS = DISPLAYS + r"\0007"
RUNTIME = r"HKLM\SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes\X64"
CUDA_KEY = r"HKLM\SOFTWARE\NVIDIA Corporation\GPU Computing Toolkit\CUDA\v12.4"
MACHINE = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
ADDED = (
    (RUNTIME, "Version", "REG_SZ", "v14.38.33135.00"),
    (RUNTIME, "Installed", "REG_DWORD", "1"),
    (CUDA_KEY, "InstallDir", "REG_SZ", r"C:\surveyed\CUDA\v12.4"),
    (CLASS, "DriverDesc", "REG_SZ", "NVIDIA GeForce RTX 4070 SUPER"),
    (CLASS, "DriverVersion", "REG_SZ", "31.0.15.5161"),
    (CLASS, "MatchingDeviceId", "REG_SZ", r"pci\ven_10de&dev_2783"),
    (CLASS, "HardwareInformation.qwMemorySize", "REG_QWORD", "12878610432"),
    (MACHINE, "CUDA_HOME", "REG_SZ", r"C:\surveyed\gone"),
    (r"HKCU\Environment", "OMP_NUM_THREADS", "REG_SZ", "8"),
    (r"HKCU\Environment", "UNRELATED", "REG_SZ", "x"),
)
ASK = f"""
import dataclasses, json, sys
from wontload.machine.survey import graphics as listed
listed.DISPLAY_CLASS = {DISPLAYS!r}
from wontload.app.live import machine_of
from wontload.machine.survey import in_full
from wontload.probe import ask
from wontload.machine.survey.devices import present_displays
from wontload.machine.survey.graphics import graphics
from wontload.machine.survey.sources import Sources
class Unfiltered(Sources):
    def display_devices(self):
        return None
machine = machine_of(ask(sys.executable))
found = in_full(machine.inventory)
registered = graphics(Unfiltered(machine))
answer = dataclasses.asdict(found)
answer |= dict(registered=dataclasses.asdict(registered), displays=present_displays())
print(json.dumps(answer, default=sorted))
"""


@pytest.fixture(scope="module")
def python() -> Iterator[WindowsPython]:
    win = windows()
    toolkit = win.drive / "surveyed"
    (toolkit / "CUDA" / "v12.4" / "bin").mkdir(parents=True, exist_ok=True)
    (toolkit / "CUDA" / "v12.4" / "version.json").write_text('{"cuda": {"version": "12.4.1"}}')
    for key, name, kind, value in ADDED:
        done = win.run(["reg", "add", key, "/v", name, "/t", kind, "/d", value, "/f"])
        assert done.returncode == 0, done.stderr
    with win.python("survey") as made:
        yield made
    for key, name, *_ in ADDED:
        win.run(["reg", "delete", key, "/v", name, "/f"])


@pytest.fixture(scope="module")
def found(python: WindowsPython) -> dict[str, Any]:
    environment = {"PYTHONPATH": python.windows.to_windows(SOURCES), "KMP_DUPLICATE_LIB_OK": "TRUE"}
    done = python.run("-c", ASK, env=environment)
    assert done.stdout, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_the_vc_runtime_that_is_registered(found: dict[str, Any]):
    entry = {"architecture": "x86_64", "version": "14.38.33135.00", "path": "", "source": "registry"}
    assert entry in found["vc_runtimes"]


def test_the_gpu_and_its_driver(found: dict[str, Any]):
    gpus = [one for one in found["registered"]["gpus"] if one["vendor"] == "nvidia"]
    assert [(one["name"], one["memory_bytes"]) for one in gpus] == [("NVIDIA GeForce RTX 4070 SUPER", 12878610432)]
    drivers = {one["vendor"]: (one["version"], one["source"]) for one in found["registered"]["drivers"]}
    assert drivers["nvidia"] == ("551.61", "registry")


def test_a_gpu_that_is_registered_and_not_in_the_machine(found: dict[str, Any]):
    assert found["displays"] is not None, "CM_Get_Device_ID_ListW answered"
    assert "nvidia" not in {one["vendor"] for one in found["gpus"]}


def test_the_toolkit_that_the_registry_names(found: dict[str, Any]):
    toolkits = [(one["version"], one["directory"], one["source"]) for one in found["toolkits"] if one["kind"] == "cuda"]
    assert toolkits == [("12.4.1", r"C:\surveyed\CUDA\v12.4", "registry")]


def test_where_variables_were_set(found: dict[str, Any]):
    origins = [(one["name"], one["value"], one["origin"]) for one in found["variables"]]
    assert ("CUDA_HOME", r"C:\surveyed\gone", "machine") in origins
    assert ("OMP_NUM_THREADS", "8", "user") in origins
    assert ("KMP_DUPLICATE_LIB_OK", "TRUE", "process") in origins
    assert "UNRELATED" not in {name for name, *_ in origins}


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the processor is asked by x86 code")
def test_windows_code_says_of_the_processor_what_linux_says(found: dict[str, Any]):
    with open("/proc/cpuinfo") as file:
        model, flags = parse_cpuinfo(file.read())
    assert flags is not None
    known = {name for names in BITS.values() for name in names.values()}
    assert set(found["cpu"]["features"]) == flags & known
    assert found["cpu"]["model"] == " ".join(model.split())
    assert found["cpu"]["architecture"] == "x86_64"
