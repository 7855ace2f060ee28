"""WL404: all GPU code is for other GPUs; silent where one piece runs, or where something is not known."""

from __future__ import annotations

from dataclasses import replace

from tests.support.gpu_machines import RTX_4070, UNKNOWN, ask, gpu_code
from tests.support.machines import PACKAGE, case_of, codes, ctypes_load, data, dll, told, windows
from wontload.diagnosis import Severity
from wontload.diagnosis import diagnose as judge
from wontload.machine.inventory import Gpu, Inventory


def test_machine_code_for_others_only():
    answer = ask("sm_70", "sm_90", "compute_90")
    (first,) = answer.findings
    assert (first.code, first.severity, first.subject) == ("WL404", Severity.WARNING, "ggml-cuda.dll")
    assert "RTX 4070 SUPER (compute capability 8.9)" in first.title
    assert data(first, "file", "targets") == [["sm_70", "sm_90", "compute_90"]]
    assert "within one major only" in told(first)
    assert answer.verdict == "loads"


def test_the_capability_by_its_name():
    assert codes(ask("sm_90", gpus=(replace(RTX_4070, compute_capability=None),))) == ["WL404"]


def test_nvidias_own_libraries_make_kernels_while_they_run():
    """Seen on an H100: cuFFT of CUDA 13 holds code for sm_75 alone, and works."""
    path = PACKAGE + r"\cufft64_12.dll"
    machine = replace(windows({path: dll()}), inventory=Inventory(gpus=(RTX_4070,)))
    case = replace(case_of(machine, ctypes_load(path)), gpu_code={path: gpu_code("sm_75")}.get)
    assert codes(judge(case)) == []
    named = PACKAGE + r"\ggml-cuda.dll"
    machine = replace(windows({named: dll()}), inventory=Inventory(gpus=(RTX_4070,)))
    case = replace(case_of(machine, ctypes_load(named)), gpu_code={named: gpu_code("sm_90")}.get)
    assert codes(judge(case)) == ["WL404"]


def test_silent():
    assert codes(ask("sm_70", "sm_86")) == []  # a lower minor of the same major
    assert codes(ask("compute_70")) == []
    assert codes(ask()) == []
    assert codes(ask("sm_90", gpus=(UNKNOWN,))) == codes(ask("sm_90", gpus=(RTX_4070, UNKNOWN))) == []
    assert codes(ask("sm_90", gpus=())) == codes(ask("sm_90", gpus=None)) == []
    assert codes(ask("sm_90", gpus=(Gpu(vendor="amd", name="RX 7900"),))) == []
    other = Gpu(vendor="nvidia", name="NVIDIA H100", compute_capability=(9, 0))
    assert codes(ask("sm_90", gpus=(RTX_4070, other))) == []
