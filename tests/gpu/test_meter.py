"""What the driver's and Windows' answers mean, and what comes of answers that are none."""

from __future__ import annotations

import os
import sys

import pytest

from wontload.gpu.meter import Meter, understand_counters, understand_nvml

# As an H100 answered while another process worked on it (driver 580.159.04); the idle answer has no processes.
BUSY = {
    "devices": [{"index": 0, "uuid": "GPU-2b15", "used": 1219297280, "processes": [{"pid": 812, "used": 706740224}]}]
}
IDLE = {"devices": [{"index": 0, "uuid": "GPU-2b15", "used": 503316480, "processes": []}]}


def test_a_linux_driver_tells_what_each_process_holds():
    assert understand_nvml(BUSY) == ({"GPU-2b15": 1219297280}, {("GPU-2b15", 812): 706740224})
    assert understand_nvml(IDLE) == ({"GPU-2b15": 503316480}, {})


def test_under_wddm_processes_are_listed_without_their_memory():
    """NVML_VALUE_NOT_AVAILABLE: no list of bytes, which is not a list of none."""
    wddm = {"devices": [{"index": 0, "uuid": "GPU-1", "used": 9, "processes": [{"pid": 4, "used": None}]}]}
    assert understand_nvml(wddm) == ({"GPU-1": 9}, None)


@pytest.mark.parametrize("told", [{}, {"failed": "x"}, {"devices": None}, {"devices": [1, {"used": "x"}]}])
def test_an_answer_that_is_none(told: dict[str, object]):
    assert understand_nvml(told) == ({}, None)


def test_counters():
    told = {"instances": [["pid_7_luid_0x0_0x1_phys_0", 5], ["pid_77_luid_0x0_0x1_phys_0", 9], [None, 3], "x"]}
    assert understand_counters(told, 7) == 5
    assert understand_counters({"instances": []}, 7) == 0
    assert understand_counters({"failed": "PdhCollectQueryData: status 0x800007d5"}, 7) is None


@pytest.mark.skipif(sys.platform == "win32", reason="asks Linux' loader for a library that no computer has")
def test_a_missing_library_is_a_reason_and_no_error():
    meter = Meter(("libno-such-nvml.so.1", "/nowhere/libnvidia-ml.so.1"))
    sample = meter.sample(os.getpid())
    assert (sample.used, sample.processes, sample.counters) == ({}, None, None)
    assert "libno-such-nvml" in meter.unasked["nvml"]
