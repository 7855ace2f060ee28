"""Whether a piece of GPU code runs on an NVIDIA GPU, by the rules that NVIDIA documents for cubins and PTX."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from wontload.binary.gpu_code import CodeKind, DeviceCode
from wontload.knowledge.cuda import cuda_of_ptx
from wontload.knowledge.gpus import Capability, architecture, version_pair
from wontload.knowledge.tables import table


class Target(NamedTuple):
    """What GPU code was compiled for.

    Attributes:
        kind: of code: cubin for `sm_NN`, PTX for `compute_NN`, LTO for `lto_NN`.
        capability: exact pair. suffix: `a`, `f` or empty.
        ptx: version of the PTX language; `None` for other kinds, and where nothing says.
    """

    kind: CodeKind
    capability: Capability
    suffix: str = ""
    ptx: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether code runs on a GPU.

    Attributes:
        runs: `None`: what is known does not decide.
        rule: name of the rule that decided, a key of `RULES`.
        needs_cuda: the CUDA that the driver must take to compile this PTX; `None` for other code, or when unknown.
    """

    runs: bool | None
    rule: str
    needs_cuda: tuple[int, int] | None = None


# Source of all: NVIDIA, CUDA C++ Programming Guide, Binary Compatibility and PTX Compatibility; CUDA Programming Guide
# 13.4, Compute Capabilities, Feature Set Compiler Targets; Blackwell Architecture Compatibility Guide.
RULES: Mapping[str, str] = {
    "exact": "machine code for exactly this compute capability",
    "same-major": "machine code for a lower minor of the same major",
    "family": "code for a family that this GPU belongs to",
    "ptx": "PTX for this or an older compute capability, which the driver compiles",
    "other-major": "machine code runs within one major only",
    "newer-minor": "machine code does not run on a lower minor",
    "newer-target": "PTX does not compile for an older compute capability",
    "only-exact": "an architecture-specific target runs on exactly its compute capability",
    "other-family": "a family-specific target runs on its family only, on an equal or higher minor",
    "ptx-too-new": "the driver is older than this PTX version",
    "ptx-unknown": "whether the driver knows this PTX version is not known",
    "tegra": "machine code is not promised to run across systems on a chip and other GPUs, or between them",
    "renamed": "the target was renumbered, and no document says what drivers make of the old number",
    "lto": "intermediate code for a linker, which no driver takes as it is",
    "not-nvidia": "not code for an NVIDIA GPU",
}


def runs_on(
    code: DeviceCode | Target | str, gpu: Capability, driver_cuda: tuple[int, int] | None = None, *,
    ptx: tuple[int, int] | None = None,
) -> Fit:  # fmt: skip
    """Whether code runs on a GPU of a compute capability, under a driver.

    Args:
        code: as `binary` reads it, or a target, or its name: `sm_90a`, `compute_120f`.
        gpu: the GPU's compute capability.
        driver_cuda: newest CUDA that the driver takes, which only PTX depends on; `None`: not known.
        ptx: PTX version, for a target that is given by its name.
    """
    target = _target(code, ptx)
    if target is None:
        return Fit(None, "not-nvidia") if isinstance(code, str) else Fit(False, "not-nvidia")
    if target.kind is CodeKind.LTO:
        return Fit(False, "lto")
    known = architecture(target.capability)
    if known is not None and known.capability != target.capability and gpu != target.capability:
        target = target._replace(capability=known.capability)  # sm_101 is what sm_110 was called
        if target.kind is CodeKind.CUBIN and gpu == known.capability:
            return Fit(None, "renamed")
    return _ptx(target, gpu, driver_cuda) if target.kind is CodeKind.PTX else _cubin(target, gpu)


def parse_target(name: str, ptx: tuple[int, int] | None = None) -> Target | None:
    """The target behind `sm_89`, `compute_120f` or `lto_90a`; `None` for anything else."""
    match = re.fullmatch(r"(sm|compute|lto)_(\d{1,2})(\d)([af]?)", name)
    if match is None:
        return None
    kind = {"sm": CodeKind.CUBIN, "compute": CodeKind.PTX, "lto": CodeKind.LTO}[match[1]]
    return Target(kind, (int(match[2]), int(match[3])), match[4], ptx if kind is CodeKind.PTX else None)


def _target(code: DeviceCode | Target | str, ptx: tuple[int, int] | None) -> Target | None:
    if isinstance(code, Target):
        return code
    if isinstance(code, str):
        return parse_target(code, ptx)
    if code.capability is None or code.kind not in (CodeKind.PTX, CodeKind.CUBIN, CodeKind.LTO):
        return None
    return Target(code.kind, code.capability, code.suffix, code.version if code.kind is CodeKind.PTX else None)


def _cubin(target: Target, gpu: Capability) -> Fit:
    if target.suffix:
        return _specific(target, gpu)
    if target.capability == gpu:
        return Fit(True, "exact")
    if target.capability[0] != gpu[0]:
        return Fit(False, "other-major")
    if target.capability > gpu:
        return Fit(False, "newer-minor")
    return Fit(None, "tegra") if _is_tegra(target.capability) or _is_tegra(gpu) else Fit(True, "same-major")


def _ptx(target: Target, gpu: Capability, driver_cuda: tuple[int, int] | None) -> Fit:
    if target.suffix:
        fit = _specific(target, gpu)
        if not fit.runs:
            return fit
    elif target.capability > gpu:
        return Fit(False, "newer-target")
    needs = cuda_of_ptx(target.ptx) if target.ptx else None
    if needs is None or driver_cuda is None:
        return Fit(None, "ptx-unknown", needs)
    return Fit(True, "ptx", needs) if driver_cuda >= needs else Fit(False, "ptx-too-new", needs)


def _specific(target: Target, gpu: Capability) -> Fit:
    """`a`: exactly this capability. `f`: the family's table, else the rule that the table follows."""
    if target.suffix == "a":
        return Fit(True, "exact") if target.capability == gpu else Fit(False, "only-exact")
    family = _families().get(target.capability)
    if family is None:
        return Fit(True, "exact") if target.capability == gpu else Fit(None, "other-family")
    return Fit(True, "family") if gpu in family else Fit(False, "other-family")


def _is_tegra(capability: Capability) -> bool:
    known = architecture(capability)
    return known is not None and known.is_tegra


@cache
def _families() -> Mapping[Capability, frozenset[Capability]]:
    rows = table("gpu/architectures")["family"]
    return {version_pair(row["target"]): frozenset(map(version_pair, row["runs_on"])) for row in rows}
