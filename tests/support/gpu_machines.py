"""Machines with GPUs and drivers, and targets with code for GPUs: for the tests of the GPU findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.support.machines import PACKAGE, case_of, ctypes_load, dll, windows
from wontload.binary.gpu_code import CodeContainer, CodeKind, DeviceCode, GpuCode
from wontload.diagnosis import Diagnosis
from wontload.diagnosis import diagnose as judge
from wontload.knowledge.gpu_targets import parse_target
from wontload.machine.inventory import Driver, Gpu, Inventory

LLAMA = PACKAGE + r"\ggml-cuda.dll"
CUDART = PACKAGE + r"\cudart64_12.dll"
RTX_4070 = Gpu(vendor="nvidia", name="NVIDIA GeForce RTX 4070 SUPER", compute_capability=(8, 9))
UNKNOWN = Gpu(vendor="nvidia", name="NVIDIA of tomorrow")
NEW = Driver(vendor="nvidia", version="551.61", cuda=(12, 4), source="nvml")
OLD = Driver(vendor="nvidia", version="471.41", cuda=(11, 4), source="nvml")


def gpu_code(*targets: str, ptx: tuple[int, int] = (8, 0)) -> GpuCode:
    """Code for `sm_89`, `compute_90` and the like."""
    codes = []
    for name in targets:
        target = parse_target(name)
        assert target is not None
        version = ptx if target.kind is CodeKind.PTX else None
        codes.append(DeviceCode(target.kind, name, target.capability, target.suffix, version))
    return GpuCode((CodeContainer("fatbin", ".nv_fatb", 0, 0, 1, tuple(codes)),))


def ask(
    *targets: str,
    gpus: Sequence[Gpu] | None = (RTX_4070,),
    driver: Driver | None = NEW,
    ptx: tuple[int, int] = (8, 0),
    **environment: str,
) -> Diagnosis:
    """The diagnosis of a DLL that loads, with code for these targets, which needs CUDA 12's runtime."""
    machine = windows({LLAMA: dll("cudart64_12.dll"), CUDART: dll()}, environment=environment)
    inventory = Inventory(gpus=None if gpus is None else tuple(gpus), drivers=(driver,) if driver else ())
    machine = replace(machine, inventory=inventory)
    code = {LLAMA: gpu_code(*targets, ptx=ptx)} if targets else {}
    return judge(replace(case_of(machine, ctypes_load(LLAMA)), gpu_code=code.get))
