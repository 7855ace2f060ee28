"""What the GPU findings share: which GPUs and drivers are here, and which files of the target hold code for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from wontload.binary.gpu_code import CodeKind, DeviceCode
from wontload.diagnosis.case import Case
from wontload.knowledge.components import component_of
from wontload.knowledge.gpu_targets import Fit, runs_on
from wontload.knowledge.gpus import compute_capability
from wontload.knowledge.suites import suite_of
from wontload.loader import Status
from wontload.machine.inventory import Driver, Gpu

# What a GPU's driver brings, and with AMD its HIP runtime: never a wheel of the program's own.
OF_DRIVERS = frozenset({"nvidia-driver", "vulkan", "hip"})
OF_NVIDIA = frozenset({"cuda", "cudnn", "cusparselt", "cutensor", "nccl", "nvshmem", "tensorrt"})  # suites
MOST_FILES = 200
NVIDIA_CODE = (CodeKind.CUBIN, CodeKind.PTX)


def comes_with_a_driver(name: str) -> bool:
    """Whether a file is part of a GPU's driver."""
    found = component_of(name)
    return found is not None and found.family in OF_DRIVERS


def suite(name: str) -> str:
    """The suite that a file is installed with, such as `cuda`; empty for a file that no table knows."""
    found = component_of(name)
    return suite_of(found) if found is not None else ""


def gpus(case: Case, vendor: str) -> tuple[Gpu, ...]:
    """The GPUs of one vendor that are seen here; none where nothing could be asked."""
    return tuple(one for one in case.machine.inventory.gpus or () if one.vendor == vendor)


def driver(case: Case, vendor: str) -> Driver | None:
    """The vendor's driver; `None` where none was seen."""
    return next((one for one in case.machine.inventory.drivers or () if one.vendor == vendor), None)


def capability(gpu: Gpu) -> tuple[int, int] | None:
    """As the driver says, else by its name; `None` for a name that no table has."""
    return gpu.compute_capability or compute_capability(gpu.name)


def files(case: Case) -> tuple[str, ...]:
    """Files that the target has mapped, or would map, each once; the target's own and what they need."""
    simulated = [
        one.path
        for load in case.loads
        for one in (load.simulated.modules if load.simulated else ())
        if one.path and one.status in (Status.LOADED, Status.ALREADY_LOADED)
    ]
    mapped = case.observation.modules if case.observation else ()
    return tuple(dict.fromkeys((*simulated, *mapped)))[:MOST_FILES]


def uses_cuda(case: Case) -> bool:
    """Whether anything that the target maps is of CUDA, or holds code for NVIDIA's GPUs."""
    found = (component_of(case.path_module.basename(path)) for path in files(case))
    return any(one is not None and suite_of(one) == "cuda" for one in found) or any(coded(case))


def coded(case: Case) -> Iterator[tuple[str, tuple[DeviceCode, ...]]]:
    """Files with code for NVIDIA's GPUs, and that code."""
    for path in files(case):
        code = case.gpu_code(path)
        if code and (own := tuple(one for one in code if one.kind in NVIDIA_CODE)):
            yield path, own


class Unfit(NamedTuple):
    """A file of which no code runs on any of the GPUs: its targets, and how each piece fares on each GPU."""

    path: str
    targets: tuple[str, ...]
    fits: tuple[Fit, ...]


def unfit(case: Case) -> Iterator[Unfit]:
    """Files of which it is certain that none of their code runs on any NVIDIA GPU that is here.

    NVIDIA's own libraries are passed by: some choose or make their kernels while they run. Seen on an H100: all entries
    of `libcufft.so.12` (CUDA 13.0, nvidia-cufft 12) are for `sm_75`, and it works there.
    """
    capabilities = [capability(one) for one in gpus(case, "nvidia")]
    if not capabilities or None in capabilities:
        return
    told = driver(case, "nvidia")
    takes = told.cuda if told else None
    for path, codes in coded(case):
        if suite(case.path_module.basename(path)) in OF_NVIDIA:
            continue
        by_target = {(one.target, one.version if one.kind is CodeKind.PTX else None): one for one in codes}
        fits = tuple(runs_on(one, gpu, takes) for one in by_target.values() for gpu in capabilities if gpu is not None)
        if all(fit.runs is False for fit in fits):
            yield Unfit(path, tuple(dict.fromkeys(target for target, _ in by_target)), fits)


def described(gpu: Gpu) -> str:
    """`NVIDIA GeForce RTX 4070 SUPER (compute capability 8.9)`."""
    found = capability(gpu)
    return f"{gpu.name} (compute capability {found[0]}.{found[1]})" if found else gpu.name
