"""CUDA Toolkit and host compiler, chosen as a pair: what nvcc accepts, what the GPUs need, what the driver takes."""

from __future__ import annotations

import ntpath
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from wontload.knowledge.gpus import toolkit_range, version_pair
from wontload.knowledge.toolchains import host_compilers
from wontload.machine import Kind, Machine
from wontload.machine.inventory import Tool

Capability = tuple[int, int]
Version = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nvcc:
    """A CUDA compiler of this machine.

    Attributes:
        path: of `nvcc`. cuda: version pair. directory: the toolkit's root. first: what PATH and CUDA_PATH lead to.
    """

    path: str
    cuda: Version
    directory: str
    first: bool = False

    @property
    def version(self) -> str:
        """Such as `12.4`."""
        return f"{self.cuda[0]}.{self.cuda[1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A candidate that was not taken, and why, one clause; `code` of the finding that would come of it."""

    what: str
    why: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CudaToolchain:
    """A pair that fits.

    Attributes:
        nvcc: which. host: the C++ compiler; `None` on Windows, where the Visual Studio instance has it.
        why: one clause. passed_over: others, in the order in which they were looked at.
        unchecked: what could not be checked, one clause each.
    """

    nvcc: Nvcc
    host: Tool | None
    why: str
    passed_over: tuple[PassedOver, ...] = ()
    unchecked: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class NoToolchain:
    """No pair fits: why each was passed over; empty where there is no nvcc at all."""

    passed_over: tuple[PassedOver, ...] = ()


def nvccs(machine: Machine) -> list[Nvcc]:
    """Every nvcc, the one that PATH or CUDA_PATH leads to first, then the newest."""
    windows = machine.system.name == "windows"
    paths = ntpath if windows else posixpath
    inventory = machine.inventory
    told = {one.path: one.version for one in inventory.tools or () if one.name == "nvcc"}
    for toolkit in inventory.toolkits or ():
        path = paths.join(toolkit.directory, "bin", "nvcc.exe" if windows else "nvcc")
        if toolkit.kind == "cuda" and machine.files.kind(path) is Kind.FILE:
            told.setdefault(path, toolkit.version)
    found: dict[str, Nvcc] = {}
    wrappers: list[Version] = []
    for number, (path, version) in enumerate(told.items()):
        if not re.match(r"\d+\.\d+", version):
            continue
        directory = paths.dirname(paths.dirname(machine.files.real(path)))
        pair = version_pair(".".join(version.split(".")[:2]))
        if machine.files.kind(paths.join(directory, "include", "cuda.h")) is Kind.ABSENT:
            wrappers += [pair] if number == 0 else []
            continue
        key = directory.lower() if windows else directory
        found.setdefault(key, Nvcc(path=path, cuda=pair, directory=directory, first=number == 0))
    # A script on PATH that starts a toolkit's nvcc: that toolkit is the one that PATH leads to.
    ordered = [replace(one, first=one.first or one.cuda in wrappers) for one in found.values()]
    return sorted(ordered, key=lambda one: (not one.first, -one.cuda[0], -one.cuda[1]))


def choose(
    machine: Machine, capabilities: Sequence[Capability], *, cuda: Version | None = None, compiler: str | None = None
) -> CudaToolchain | NoToolchain:
    """The pair to build with.

    Args:
        capabilities: compute capabilities to compile for.
        cuda: this CUDA and no other. compiler: path or name of the host compiler to use and no other.
    """
    passed: list[PassedOver] = []
    for nvcc in nvccs(machine):
        if cuda is not None and nvcc.cuda != cuda:
            passed.append(PassedOver(what=f"CUDA {nvcc.version}", why="another one was asked for"))
            continue
        if problem := _unfit(machine, nvcc, capabilities):
            passed.append(problem)
            continue
        if machine.system.name == "windows":  # compilers come with Visual Studio, which `studio` chooses
            return CudaToolchain(nvcc=nvcc, host=None, why=_why(nvcc), passed_over=tuple(passed))
        hosts = host_candidates(machine, compiler)
        refused = [(host, _refusal(nvcc, host)) for host in hosts]
        if host := next((host for host, why in refused if not why), None):
            passed += [PassedOver(what=_called(one), why=why, code="WL703") for one, why in refused if why]
            unchecked = () if host_compilers(nvcc.cuda) else (f"which compilers CUDA {nvcc.version} accepts",)
            return CudaToolchain(nvcc=nvcc, host=host, why=_why(nvcc), passed_over=tuple(passed), unchecked=unchecked)
        passed += [
            PassedOver(what=f"{_called(one)} for CUDA {nvcc.version}", why=why, code="WL703") for one, why in refused
        ]
        if not hosts:
            passed.append(PassedOver(what=f"CUDA {nvcc.version}", why="there is no C++ compiler for it", code="WL701"))
    return NoToolchain(passed_over=tuple(passed))


def host_candidates(machine: Machine, asked: str | None = None) -> list[Tool]:
    """C++ compilers, the one that a build takes by itself first, then the newest."""
    tools = machine.inventory.tools or ()
    if asked is not None:
        return [one for one in tools if asked in (one.path, posixpath.basename(one.path))]
    plus = [one for one in tools if one.name == "g++" and one.version]
    clang = [one for one in tools if one.name == "clang" and one.version]
    return [*plus[:1], *sorted(plus[1:], key=lambda one: -major(one)), *clang]


def major(tool: Tool) -> int:
    """The major version of a compiler; 0 when it does not tell."""
    found = re.match(r"\d+", tool.version)
    return int(found[0]) if found else 0


def _unfit(machine: Machine, nvcc: Nvcc, capabilities: Sequence[Capability]) -> PassedOver | None:
    what = f"CUDA {nvcc.version}"
    for capability in capabilities:
        reach = toolkit_range(capability)
        if reach is None:
            continue
        first, last = reach
        number = f"sm_{capability[0]}{capability[1]}"
        if nvcc.cuda < first:
            why = f"it does not know {number}, which CUDA {first[0]}.{first[1]} brought"
            return PassedOver(what=what, why=why, code="WL706")
        if last is not None and nvcc.cuda > last:
            why = f"it no longer compiles for {number}; CUDA {last[0]}.{last[1]} was the last that did"
            return PassedOver(what=what, why=why, code="WL706")
    takes = next((one.cuda for one in machine.inventory.drivers or () if one.vendor == "nvidia" and one.cuda), None)
    if takes is not None and nvcc.cuda[0] > takes[0]:
        why = f"the driver takes CUDA {takes[0]}.{takes[1]} and older: what it builds would not run here"
        return PassedOver(what=what, why=why, code="WL403")
    return None


def _refusal(nvcc: Nvcc, host: Tool) -> str:
    """Why this nvcc does not take a compiler; empty where it does, or where that is not known."""
    accepted = host_compilers(nvcc.cuda)
    if accepted is None:
        return ""
    newest = accepted.gcc if host.name == "g++" else accepted.clang
    if major(host) > newest:
        kind = "GCC" if host.name == "g++" else "Clang"
        return f"CUDA {nvcc.version} accepts {kind} {newest} and older"
    return ""


def _called(tool: Tool) -> str:
    return f"{posixpath.basename(tool.path)} {tool.version}"


def _why(nvcc: Nvcc) -> str:
    return "first on PATH or in CUDA_PATH" if nvcc.first else "the newest that fits"
