"""Reads the GPU's memory: each question is put in a child, which a driver that hangs or crashes may take along."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from wontload.gpu.memory import Sample, of_counters
from wontload.machine.survey.programs import run

_HERE = os.path.dirname(os.path.abspath(__file__))
NVML_SCRIPT, COUNTERS_SCRIPT = os.path.join(_HERE, "ask_memory.py"), os.path.join(_HERE, "ask_counters.py")
PATIENCE_S = 10.0
# Drivers before 2019 keep it outside System32; under WSL the driver's libraries have a directory of their own.
WINDOWS_NVML = ("nvml.dll", r"C:\Program Files\NVIDIA Corporation\NVSMI\nvml.dll")
LINUX_NVML = ("libnvidia-ml.so.1", "/usr/lib/wsl/lib/libnvidia-ml.so.1")


class Meter:
    """Asks NVML, and on Windows the counters behind Task Manager.

    Args:
        nvml: NVIDIA's management library, names or paths of which the first that loads is asked. environment: of the
            children.

    Attributes:
        unasked: why a source gave no answer, by source.
    """

    def __init__(self, nvml: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> None:
        self._nvml = tuple(nvml) or (WINDOWS_NVML if sys.platform == "win32" else LINUX_NVML)
        self._environment = dict(os.environ if environment is None else environment)
        self.unasked: dict[str, str] = {}

    def sample(self, pid: int) -> Sample:
        """What is used at this moment, and by the process with this id."""
        used, processes = understand_nvml(self._ask("nvml", NVML_SCRIPT, *self._nvml))
        counters = None
        if sys.platform == "win32":
            counters = understand_counters(self._ask("windows-counters", COUNTERS_SCRIPT, str(pid)), pid)
        return Sample(used=used, processes=processes, counters=counters)

    def _ask(self, source: str, script: str, *arguments: str) -> dict[str, Any]:
        command = [sys.executable, "-I", "-S", script, *arguments]
        try:
            answer = run(command, timeout_s=PATIENCE_S, environment=self._environment)
            told = json.loads(answer.output.strip().splitlines()[-1]) if answer.status == 0 else {}
        except (OSError, ValueError, IndexError, RecursionError) as error:
            told = {"failed": str(error)[:200]}
        if not isinstance(told, dict):
            told = {}
        if not told or "failed" in told:
            self.unasked[source] = str(told.get("failed", "it gave no answer"))
        return told


def understand_nvml(told: Mapping[str, Any]) -> tuple[dict[str, int], dict[tuple[str, int], int] | None]:
    """Bytes used by GPU, and by GPU and process; `None` for the latter where no GPU tells what processes hold."""
    used: dict[str, int] = {}
    processes: dict[tuple[str, int], int] = {}
    listed = False
    devices = told.get("devices")
    for index, device in enumerate(devices if isinstance(devices, list) else ()):
        if not isinstance(device, dict):
            continue
        uuid = str(device.get("uuid") or index)
        if isinstance(device.get("used"), int):
            used[uuid] = device["used"]
        for one in device.get("processes") or ():
            if isinstance(one.get("pid"), int) and isinstance(one.get("used"), int):
                processes[uuid, one["pid"]] = one["used"]
        sized = all(one.get("used") is not None for one in device.get("processes") or ())
        listed = listed or (device.get("processes") is not None and sized)
    return used, processes if listed else None


def understand_counters(told: Mapping[str, Any], pid: int) -> int | None:
    """Bytes of the process; 0 when its GPU memory has no instance yet, `None` when the counters could not be asked."""
    instances = told.get("instances")
    if not isinstance(instances, list):
        return None
    pairs = [(one[0], one[1]) for one in instances if isinstance(one, list) and len(one) == 2]
    return of_counters([(name, size) for name, size in pairs if isinstance(name, str) and isinstance(size, int)], pid)
