"""What a wheel makes of a machine's GPU: for which accelerator it was built, and whether its code runs there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from wontload.binary import Image
from wontload.binary.gpu_code import CodeKind, DeviceCode
from wontload.knowledge.components import component_of
from wontload.knowledge.gpu_targets import runs_on
from wontload.knowledge.gpus import compute_capability
from wontload.machine import Machine
from wontload.wheels.deciding import gpu_parts
from wontload.wheels.reading import Opened

NVIDIA_CODE = (CodeKind.CUBIN, CodeKind.PTX)
# Libraries that tell what a build is for, by the beginning of their names in lower case.
TELLING = (
    ("vulkan", ("vulkan-1.dll", "libvulkan.so")),
    ("rocm", ("amdhip64", "libamdhip64", "hipblas", "libhipblas", "rocblas", "librocblas")),
    ("sycl", ("sycl7", "sycl8", "libsycl.so", "ze_loader")),
    ("opencl", ("opencl.dll", "libopencl.so")),
    ("metal", ("/system/library/frameworks/metal.framework",)),
)
# Words in the names of files that only a build with GPU support has.
BY_NAME = (("cuda", "cuda"), ("rocm", "rocm"), ("hip", "rocm"), ("vulkan", "vulkan"), ("sycl", "sycl"), ("xpu", "sycl"))


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuUse:
    """What is known of a wheel and the GPU.

    Attributes:
        accelerator: `cuda`, `rocm`, `vulkan`, `sycl`, `opencl`, `metal`, or `cpu`: what its files are built for; empty
            when what was read does not tell.
        runs: whether there is code for this machine's NVIDIA GPU; `None`: not known, or not the question.
        how: `machine code` or `PTX`, which the driver compiles when it is first used; empty otherwise.
        targets: what the code that was read is for. complete: there is no other.
        cuda: majors of the CUDA runtime that its files import. driver_too_old: the driver takes none of them.
    """

    accelerator: str = ""
    runs: bool | None = None
    how: str = ""
    targets: tuple[str, ...] = ()
    complete: bool = True
    cuda: tuple[int, ...] = ()
    driver_too_old: bool = False


def gpu_use(opened: Opened, machine: Machine) -> GpuUse:
    """Judge the GPU code of a wheel, as far as it was read, for the GPUs of a machine."""
    images = [one for member in opened.wheel.natives if isinstance(one := opened.wheel.content(member), Image)]
    names = {one.library.lower() for image in images for one in image.needed}
    codes = tuple(code for one in opened.gpu.values() for container in one.containers for code in container.codes)
    complete = not opened.unread and all(one.complete for one in opened.gpu.values())
    cuda = tuple(sorted(set(_cuda_majors(names))))
    nvidia = tuple(one for one in codes if one.kind in NVIDIA_CODE)
    runs, how = _fit(nvidia, machine, complete)
    return GpuUse(
        accelerator=_accelerator(names, codes, bool(cuda or nvidia), complete) or _by_names(opened),
        runs=runs,
        how=how,
        targets=tuple(dict.fromkeys(code.target for code in codes if code.target)),
        complete=complete,
        cuda=cuda,
        driver_too_old=_too_old(cuda, machine),
    )


def _accelerator(names: Iterable[str], codes: Iterable[DeviceCode], is_cuda: bool, complete: bool) -> str:
    if is_cuda:
        return "cuda"
    for accelerator, beginnings in TELLING:
        if any(name.startswith(beginnings) for name in names):
            return accelerator
    if any(code.kind is CodeKind.AMD for code in codes):
        return "rocm"
    return "cpu" if complete else ""


def _by_names(opened: Opened) -> str:
    """What the package's files tell by their names, where not all was read."""
    patterns = gpu_parts(opened.wheel.name)
    names = [member.lower() for member in opened.wheel.archive.members]
    found = [name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)]
    return next((kind for word, kind in BY_NAME if any(word in name for name in found)), "")


def _cuda_majors(names: Iterable[str]) -> Iterator[int]:
    for name in names:
        component = component_of(name)
        if component is not None and component.family == "cuda-runtime" and component.major.isdigit():
            yield int(component.major)


def _fit(codes: tuple[DeviceCode, ...], machine: Machine, complete: bool) -> tuple[bool | None, str]:
    gpus = [one for one in machine.inventory.gpus or () if one.vendor == "nvidia"]
    capabilities = [one.compute_capability or compute_capability(one.name) for one in gpus]
    known = [one for one in capabilities if one is not None]
    if not codes or not known:
        return None, ""
    takes = next((one.cuda for one in machine.inventory.drivers or () if one.vendor == "nvidia"), None)
    fits = [(code, runs_on(code, gpu, takes)) for code in dict.fromkeys(codes) for gpu in known]
    for kind, how in ((CodeKind.CUBIN, "machine code"), (CodeKind.PTX, "PTX")):
        if any(fit.runs for code, fit in fits if code.kind is kind):
            return True, how
    certain = complete and len(known) == len(capabilities) and all(fit.runs is False for _, fit in fits)
    return (False, "") if certain else (None, "")


def _too_old(cuda: tuple[int, ...], machine: Machine) -> bool:
    """Source: NVIDIA, CUDA Compatibility: within a major version, a driver takes newer minors of the runtime."""
    takes = next((one.cuda for one in machine.inventory.drivers or () if one.vendor == "nvidia"), None)
    return bool(cuda) and takes is not None and min(cuda) > takes[0]
