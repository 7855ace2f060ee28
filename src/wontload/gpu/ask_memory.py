"""Asks NVIDIA's driver how much of each GPU's memory is used, and by which process. Run as a script, in a child.

    python -I -S ask_memory.py LIBRARY…

The first library that can be loaded is asked. One JSON object on standard output. Standard library only.

Source: NVIDIA, NVML API Reference: nvmlDeviceGetMemoryInfo (bytes), nvmlDeviceGetComputeRunningProcesses_v3 and
nvmlDeviceGetGraphicsRunningProcesses_v3 (nvmlProcessInfo_t: `usedGpuMemory` is NVML_VALUE_NOT_AVAILABLE under
Windows' WDDM, where the operating system manages the memory), nvmlDeviceGetUUID.
"""

from __future__ import annotations

import ctypes
import json
import sys
from typing import Any

TEXT_BYTES = 256
MOST_DEVICES, MOST_PROCESSES = 64, 1024
NOT_AVAILABLE = 2**64 - 1
KINDS = ("Compute", "Graphics")


class Memory(ctypes.Structure):
    """NVML's nvmlMemory_t: bytes."""

    _fields_ = [("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong)]


class Process(ctypes.Structure):
    """NVML's nvmlProcessInfo_t of the functions that end in `_v2` and `_v3`."""

    _fields_ = [
        ("pid", ctypes.c_uint),
        ("used", ctypes.c_ulonglong),
        ("gpu_instance", ctypes.c_uint),
        ("compute_instance", ctypes.c_uint),
    ]


def devices(nvml: Any) -> list[dict[str, object]]:
    """Each GPU: what could not be asked is `None`."""
    count = ctypes.c_uint()
    if nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)):
        return []
    found = []
    for index in range(min(count.value, MOST_DEVICES)):
        device, memory = ctypes.c_void_p(), Memory()
        if nvml.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(device)):
            continue
        sized = nvml.nvmlDeviceGetMemoryInfo(device, ctypes.byref(memory)) == 0
        uuid = ctypes.create_string_buffer(TEXT_BYTES)
        nvml.nvmlDeviceGetUUID(device, uuid, TEXT_BYTES)
        found.append(
            {
                "index": index,
                "uuid": uuid.value.decode("ascii", "replace"),
                "used": memory.used if sized else None,
                "processes": processes(nvml, device),
            }
        )
    return found


def processes(nvml: Any, device: ctypes.c_void_p) -> list[dict[str, object]] | None:
    """Processes with memory on the GPU; `None` when the driver lists none at all, which it may for want of rights."""
    found: dict[int, object] = {}
    asked = False
    for kind in KINDS:
        function = getattr(nvml, f"nvmlDeviceGet{kind}RunningProcesses_v3", None) or getattr(
            nvml, f"nvmlDeviceGet{kind}RunningProcesses_v2", None
        )
        count, table = ctypes.c_uint(MOST_PROCESSES), (Process * MOST_PROCESSES)()
        if function is None or function(device, ctypes.byref(count), table):
            continue
        asked = True
        for one in table[: count.value]:
            found[one.pid] = None if one.used == NOT_AVAILABLE else one.used
    return [{"pid": pid, "used": used} for pid, used in found.items()] if asked else None


def main(paths: list[str]) -> None:
    """Ask, and say it or what went wrong."""
    answer: dict[str, object] = {}
    for path in paths:
        try:
            nvml = ctypes.CDLL(path)
            status = nvml.nvmlInit_v2()
        except (OSError, AttributeError) as error:
            answer = answer or {"failed": str(error)[:TEXT_BYTES]}
            continue
        answer = {"failed": f"nvmlInit_v2: error {status}"} if status else {"devices": devices(nvml)}
        break
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
