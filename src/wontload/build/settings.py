"""What a build is told: CMake definitions and variables of the environment, each with its reason."""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wontload.build.backend import NAMES, Backend
from wontload.build.source import Source
from wontload.build.studio import NoStudio, Studio
from wontload.build.toolchain import CudaToolchain, NoToolchain, host_candidates
from wontload.build.wishes import Wishes
from wontload.knowledge.builds import Switch
from wontload.knowledge.toolchains import host_compilers
from wontload.machine import Machine

# Instruction sets that ggml uses when it is not to look at the processor (GGML_NATIVE=OFF), by /proc/cpuinfo's names.
PORTABLE = {"avx": "GGML_AVX", "avx2": "GGML_AVX2", "fma": "GGML_FMA", "f16c": "GGML_F16C", "bmi2": "GGML_BMI2"}
CMAKE_BACKENDS = ("scikit-build-core", "scikit-build", "py-build-cmake")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One definition or variable, and why it is given, one clause."""

    name: str
    value: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What settings are made of: what was chosen, for which machine, and what the person asked for."""

    machine: Machine
    backend: Backend
    cuda: CudaToolchain | NoToolchain | None
    studio: Studio | NoStudio | None
    architectures: tuple[str, ...]
    switches: Sequence[Switch]
    wishes: Wishes
    source: Source | None

    @property
    def windows(self) -> bool:
        """Whether it is built on Windows."""
        return self.machine.system.name == "windows"


def defines(choice: Choice) -> Iterator[Setting]:
    """CMake definitions; the person's own are added by who runs the plan, and win."""
    switch = choice.backend.switch
    if switch is not None:
        yield Setting(name=switch.option, value="ON", why=f"{NAMES[switch.backend]}: {choice.backend.why}")
        for companion in switch.companions:
            name, _, value = companion.partition("=")
            yield Setting(name=name, value=value, why=f"goes with {switch.option}")
    if choice.cuda is not None and choice.architectures:
        yield Setting(
            name="CMAKE_CUDA_ARCHITECTURES", value=";".join(choice.architectures), why=_why_architectures(choice)
        )
    if isinstance(choice.cuda, CudaToolchain):
        root = _slashes(choice, choice.cuda.nvcc.directory)
        yield Setting(name="CUDAToolkit_ROOT", value=root, why="the toolkit of that nvcc, and no other")
    yield from _processor(choice)


def _why_architectures(choice: Choice) -> str:
    if choice.wishes.architectures:
        return "as asked"
    names = [one.name for one in choice.machine.inventory.gpus or () if one.compute_capability]
    return (
        f"machine code for {', '.join(dict.fromkeys(names))} alone: the quickest build, and nothing left to the driver"
    )


def _processor(choice: Choice) -> Iterator[Setting]:
    native = next((one for one in choice.switches if one.backend == "native"), None)
    if native is None:
        return
    if not choice.wishes.portable:
        cpu = choice.machine.inventory.cpu
        yield Setting(
            name=native.option, value="ON", why=f"code for {cpu.model if cpu and cpu.model else 'this processor'}"
        )
        return
    yield Setting(name=native.option, value="OFF", why="code that other processors run too, as asked")
    has = choice.machine.inventory.cpu.features if choice.machine.inventory.cpu else None
    for feature, option in PORTABLE.items():
        if has is not None and feature not in has and native.option == "GGML_NATIVE":
            yield Setting(name=option, value="OFF", why=f"this processor lacks {feature}")


def variables(choice: Choice, jobs: int) -> Iterator[Setting]:
    """Variables of the environment, besides CMAKE_ARGS."""
    if isinstance(choice.cuda, CudaToolchain):
        yield from _of_cuda(choice, choice.cuda)
    elif choice.wishes.compiler and not choice.windows:
        yield from _of_compiler(choice, choice.wishes.compiler)
    if isinstance(choice.studio, Studio):
        yield from _of_studio(choice.studio, choice.cuda)
    yield Setting(name="CMAKE_BUILD_PARALLEL_LEVEL", value=str(jobs), why="compilers side by side")
    yield Setting(name="MAX_JOBS", value=str(jobs), why="the same, for builds without CMake")


def _of_cuda(choice: Choice, cuda: CudaToolchain) -> Iterator[Setting]:
    nvcc = cuda.nvcc
    yield Setting(name="CUDACXX", value=_slashes(choice, nvcc.path), why=f"nvcc of CUDA {nvcc.version}: {cuda.why}")
    for name in ("CUDA_PATH", "CUDA_HOME"):
        yield Setting(name=name, value=nvcc.directory, why="for builds that ask for it in place of CUDACXX")
    if cuda.host is not None:
        accepted = host_compilers(nvcc.cuda)
        limit = (
            "" if accepted is None else f", of which it takes GCC up to {accepted.gcc} and Clang up to {accepted.clang}"
        )
        yield Setting(name="CUDAHOSTCXX", value=cuda.host.path, why=f"the compiler that nvcc calls{limit}")
        first = next(iter(host_candidates(choice.machine)), None)
        if cuda.host != first:  # one C++ library for all objects
            yield from _of_compiler(choice, cuda.host.path)


def _of_compiler(choice: Choice, path: str) -> Iterator[Setting]:
    directory, name = posixpath.split(path)
    partner = name.replace("clang++", "clang").replace("g++", "gcc")
    yield Setting(name="CXX", value=path, why="the same compiler for all C++")
    if partner != name:
        yield Setting(name="CC", value=posixpath.join(directory, partner), why="and its C")


def _of_studio(studio: Studio, cuda: CudaToolchain | NoToolchain | None) -> Iterator[Setting]:
    if studio.generator == "Ninja":
        yield Setting(
            name="CMAKE_GENERATOR",
            value="Ninja",
            why="starts nvcc itself: no CUDA integration needed, all files side by side",
        )
        return
    yield Setting(name="CMAKE_GENERATOR", value=studio.generator, why="as asked")
    yield Setting(
        name="CMAKE_GENERATOR_INSTANCE",
        value=ntpath.normpath(studio.instance.directory),
        why="this instance and no other",
    )
    parts = [f"cuda={cuda.nvcc.version}"] if isinstance(cuda, CudaToolchain) else []
    if studio.toolset and not studio.newest:
        parts.append("version=" + ".".join(studio.toolset.split(".")[:2]))
    if parts:
        yield Setting(name="CMAKE_GENERATOR_TOOLSET", value=",".join(parts), why="what `-T` says on a command line")


def _slashes(choice: Choice, path: str) -> str:
    """As CMake takes it: in CMAKE_ARGS a backslash is an escape."""
    return path.replace("\\", "/") if choice.windows else path
