"""Asks NVIDIA's driver about itself: NVML first, then the CUDA driver's own library. Run as a script, in a child.

    python -I -S ask_nvidia.py LIBRARY…

A driver that hangs or crashes then takes only this child along, and each line is out before the next question is put.
Answers are lines of JSON on standard output. Standard library only.

Sources: NVIDIA, NVML API Reference (nvmlInit_v2, nvmlSystemGetDriverVersion, nvmlSystemGetCudaDriverVersion_v2,
nvmlDeviceGetCudaComputeCapability, nvmlMemory_t); CUDA Driver API, cuDriverGetVersion, which needs no cuInit.
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Callable
from typing import Any

TEXT_BYTES = 256
MOST_DEVICES = 64


class Memory(ctypes.Structure):
    """NVML's nvmlMemory_t: bytes."""

    _fields_ = [("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong)]


def say(**answer: object) -> None:
    """One line, at once."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def ask(path: str) -> None:
    """Put the questions that fit the library."""
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        say(library=path, failed=str(error)[:TEXT_BYTES])
        return
    if hasattr(library, "nvmlInit_v2"):
        ask_nvml(library, path)
    elif hasattr(library, "cuDriverGetVersion"):
        number = ctypes.c_int()
        if library.cuDriverGetVersion(ctypes.byref(number)) == 0:
            say(library=path, cuda=number.value)


def ask_nvml(nvml: Any, path: str) -> None:
    """The driver's version, the newest CUDA that it takes, and every GPU."""
    if status := nvml.nvmlInit_v2():
        nvml.nvmlErrorString.restype = ctypes.c_char_p
        words = (nvml.nvmlErrorString(status) or b"").decode("utf-8", "replace")
        say(library=path, failed=f"{words} (error {status})")
        return
    number, count = ctypes.c_int(), ctypes.c_uint()
    cuda = nvml.nvmlSystemGetCudaDriverVersion_v2(ctypes.byref(number)) == 0
    version = text(lambda buffer: nvml.nvmlSystemGetDriverVersion(buffer, TEXT_BYTES))
    say(library=path, version=version, cuda=number.value if cuda else None)
    if nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)):
        return
    for index in range(min(count.value, MOST_DEVICES)):
        device = ctypes.c_void_p()
        if nvml.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(device)) == 0:
            say(gpu=describe(nvml, device))
    say(gpus=count.value)


def describe(nvml: Any, device: ctypes.c_void_p) -> dict[str, object]:
    """One GPU: what could not be asked is `None`."""
    major, minor, memory = ctypes.c_int(), ctypes.c_int(), Memory()
    capable = nvml.nvmlDeviceGetCudaComputeCapability(device, ctypes.byref(major), ctypes.byref(minor)) == 0
    sized = nvml.nvmlDeviceGetMemoryInfo(device, ctypes.byref(memory)) == 0
    return {
        "name": text(lambda buffer: nvml.nvmlDeviceGetName(device, buffer, TEXT_BYTES)),
        "compute_capability": [major.value, minor.value] if capable else None,
        "memory_bytes": memory.total if sized else None,
    }


def text(question: Callable[[Any], int]) -> str:
    """What is written into a buffer; empty when the question fails."""
    buffer = ctypes.create_string_buffer(TEXT_BYTES)
    return buffer.value.decode("utf-8", "replace") if question(buffer) == 0 else ""


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        ask(argument)
