"""Which backend a build gets: of those that the source has, the best that hardware and toolkits here serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from wontload.build.toolchain import PassedOver, nvccs
from wontload.knowledge.builds import Switch
from wontload.machine import Machine

NAMES = {
    "cuda": "CUDA",
    "hip": "HIP",
    "vulkan": "Vulkan",
    "metal": "Metal",
    "sycl": "SYCL",
    "blas": "BLAS",
    "cpu": "CPU",
}
ORDER = ("metal", "cuda", "hip", "sycl", "vulkan")  # the vendor's own before the one for all; BLAS only when asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """The choice.

    Attributes:
        name: `cuda`, `vulkan`, `metal`, `hip`, `sycl`, `blas`, `cpu`; empty for a package that has no choice.
        switch: the option that turns it on; `None` for the CPU alone.
        why: one clause. passed_over: the others, each with its reason.
    """

    name: str
    switch: Switch | None
    why: str
    passed_over: tuple[PassedOver, ...] = ()


def choose_backend(machine: Machine, switches: Sequence[Switch], *, asked: str | None = None) -> Backend:
    """The backend to build.

    Args:
        switches: those that this version of the package has, the preferred name first.
        asked: the name of one, which is taken whatever the machine says; what it lacks is a finding then.
    """
    by_name: dict[str, Switch] = {}
    for switch in switches:
        by_name.setdefault(switch.backend, switch)
    offered = {name: by_name[name] for name in (*ORDER, "blas") if name in by_name}
    if asked is not None:
        return Backend(name=asked, switch=offered.get(asked), why="it was asked for")
    if not offered:
        return Backend(name="", switch=None, why="the package has no choice of backends")
    passed: list[PassedOver] = []
    for name in ORDER:
        if name not in offered:
            continue
        fits, why = FITS[name](machine)
        if fits:
            return Backend(name=name, switch=offered[name], why=why, passed_over=tuple(passed))
        passed.append(PassedOver(what=NAMES[name], why=why))
    return Backend(name="cpu", switch=None, why="no GPU here that a backend serves", passed_over=tuple(passed))


def _cuda(machine: Machine) -> tuple[bool, str]:
    gpus = [one.name for one in machine.inventory.gpus or () if one.vendor == "nvidia"]
    if gpus:  # without a toolkit as well: that is a finding, and not a reason to build something slower unasked
        return True, f"{gpus[0]} is here"
    if machine.inventory.gpus is None and nvccs(machine):
        return True, "the CUDA Toolkit is here, and which GPUs are could not be asked"
    return False, "no NVIDIA GPU here"


def _of_vendor(vendor: str, kinds: Sequence[str], toolkit: str) -> Callable[[Machine], tuple[bool, str]]:
    def fits(machine: Machine) -> tuple[bool, str]:
        gpus = [one.name for one in machine.inventory.gpus or () if one.vendor == vendor]
        if not gpus:
            return False, f"no GPU of {vendor.upper() if vendor == 'amd' else vendor.capitalize()} here"
        if not any(one.kind in kinds for one in machine.inventory.toolkits or ()):
            return False, f"{gpus[0]} is here, and {toolkit} is not"
        return True, f"{gpus[0]} and {toolkit} are here"

    return fits


def _vulkan(machine: Machine) -> tuple[bool, str]:
    gpus = machine.inventory.gpus or ()
    if not gpus:
        return False, "no GPU here"
    has = any(one.kind == "vulkan" for one in machine.inventory.toolkits or ())
    return has, f"{gpus[0].name} and the Vulkan SDK are here" if has else "the Vulkan SDK is not here"


def _metal(machine: Machine) -> tuple[bool, str]:
    if machine.system.name != "macos":
        return False, "Metal is macOS' own"
    arm = machine.system.architecture in ("aarch64", "arm64")
    return arm, "Apple's GPU is here" if arm else "on Intel Macs it is slower than the CPU, or fails"


FITS: Mapping[str, Callable[[Machine], tuple[bool, str]]] = {
    "metal": _metal,
    "cuda": _cuda,
    "hip": _of_vendor("amd", ("hip", "rocm"), "ROCm"),
    "sycl": _of_vendor("intel", ("oneapi",), "oneAPI"),
    "vulkan": _vulkan,
}
