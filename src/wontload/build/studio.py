"""Which Visual Studio builds: workload, toolset, CUDA integration; and how a build is told to take that one.

Sources: Microsoft, "Visual Studio workload and component IDs", vcvarsall.bat; CMake, cmake-generators(7),
CMAKE_GENERATOR_INSTANCE and CMAKE_GENERATOR_TOOLSET (`cuda=`, `version=`). Ninja needs no CUDA integration: nvcc is
then started as any compiler is. Visual Studio's own generator compiles through MSBuild, which does.
"""

from __future__ import annotations

import ntpath
from collections.abc import Sequence
from dataclasses import dataclass

from wontload.build.toolchain import Nvcc, PassedOver
from wontload.knowledge import toolchains
from wontload.knowledge.toolchains import host_compilers
from wontload.machine import Machine
from wontload.machine.inventory import VisualStudio

WORKLOADS = ("Microsoft.VisualStudio.Workload.VCTools", "Microsoft.VisualStudio.Workload.NativeDesktop")
COMPILERS = "Microsoft.VisualStudio.Component.VC.Tools."
GENERATORS = {"2017": "Visual Studio 15 2017", "2019": "Visual Studio 16 2019", "2022": "Visual Studio 17 2022",
              "2026": "Visual Studio 18 2026"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """The instance to build with.

    Attributes:
        instance: which. toolset: version of MSVC, such as `14.38.33130`. newest: it is the one that is taken unasked.
        generator: `Ninja`, or Visual Studio's own by its full name.
        why: one clause. passed_over: the other instances and toolsets, with the reason.
    """

    instance: VisualStudio
    toolset: str
    newest: bool
    generator: str
    why: str
    passed_over: tuple[PassedOver, ...] = ()

    @property
    def name(self) -> str:
        """As people call it."""
        return called(self.instance)

    @property
    def vcvars(self) -> str:
        """The batch file that sets the environment of its compiler."""
        return ntpath.join(self.instance.directory, "VC", "Auxiliary", "Build", "vcvarsall.bat")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoStudio:
    """None can build: why each was passed over; empty where none is installed, `None` where that is not known."""

    passed_over: tuple[PassedOver, ...] | None


def choose_studio(machine: Machine, nvcc: Nvcc | None, *, generator: str = "ninja") -> Studio | NoStudio:
    """The instance and toolset for a build.

    Args:
        nvcc: the CUDA compiler that has to accept the toolset; `None` for a build without CUDA.
        generator: `ninja`, or `visual-studio` for MSBuild, which needs the instance's CUDA integration.
    """
    instances = machine.inventory.visual_studios
    if instances is None:
        return NoStudio(passed_over=None)
    passed: list[PassedOver] = []
    fitting: list[Studio] = []
    for one in instances:
        if problem := _lacking(one, nvcc, generator):
            passed.append(PassedOver(what=called(one), why=problem[1], code=problem[0]))
            continue
        toolset = _toolset(one.toolsets, nvcc)
        if toolset is None:
            why = _refused(one.toolsets, nvcc)
            passed.append(PassedOver(what=called(one), why=why, code="WL703"))
            continue
        fitting.append(_studio(one, toolset, nvcc, generator))
    if not fitting:
        return NoStudio(passed_over=tuple(passed))
    # One with the CUDA integration is one that the CUDA installer saw; else the newest, as they are sorted.
    first = max(fitting, key=lambda one: nvcc is not None and nvcc.version in one.instance.cuda)
    others = [PassedOver(what=one.name, why=f"{first.name} {first.why}") for one in fitting if one is not first]
    return Studio(
        instance=first.instance,
        toolset=first.toolset,
        newest=first.newest,
        generator=first.generator,
        why=first.why,
        passed_over=(*passed, *others),
    )


def called(one: VisualStudio) -> str:
    """As people call an instance: `Visual Studio 2022 BuildTools`."""
    return " ".join(word for word in ("Visual Studio", one.year, one.product) if word)


def _studio(one: VisualStudio, toolset: str, nvcc: Nvcc | None, generator: str) -> Studio:
    integrated = nvcc is not None and nvcc.version in one.cuda
    why = "has the C++ workload"
    if nvcc is not None:
        why += (
            f" and the files of CUDA {nvcc.version}"
            if integrated
            else f", with a compiler that CUDA {nvcc.version} takes"
        )
    name = "Ninja" if generator == "ninja" else GENERATORS.get(one.year, "")
    return Studio(instance=one, toolset=toolset, newest=toolset == newest(one.toolsets), generator=name, why=why)


def _lacking(one: VisualStudio, nvcc: Nvcc | None, generator: str) -> tuple[str, str] | None:
    """Code and reason why an instance cannot build; `None` where it can."""
    has_compiler = one.toolsets or any(name in WORKLOADS or name.startswith(COMPILERS) for name in one.workloads)
    if not has_compiler:
        return "WL701", 'it lacks the workload "Desktop development with C++"'
    if generator != "ninja" and one.year not in GENERATORS:
        return "WL701", "CMake has no generator for it that is known here"
    if nvcc is not None and generator != "ninja" and nvcc.version not in one.cuda:
        return "WL702", f"it lacks the CUDA {nvcc.version} integration, without which MSBuild compiles no CUDA"
    return None


def newest(toolsets: Sequence[str]) -> str:
    """The newest toolset, which vcvarsall and MSBuild take when nobody says otherwise; empty for none."""
    return max(toolsets, key=lambda text: [int(part) for part in text.split(".")], default="")


def _toolset(toolsets: Sequence[str], nvcc: Nvcc | None) -> str | None:
    """The newest that nvcc accepts; empty where none is listed and so nothing can be checked."""
    if not toolsets:
        return ""
    accepted = host_compilers(nvcc.cuda) if nvcc else None
    fitting = []
    for one in toolsets:
        known = toolchains.toolset(one)
        if accepted is None or known is None or accepted.accepts_msc_ver(known.msc_ver):
            fitting.append(one)
    return newest(fitting) or None


def _refused(toolsets: Sequence[str], nvcc: Nvcc | None) -> str:
    assert nvcc is not None
    accepted = host_compilers(nvcc.cuda)
    assert accepted is not None
    first, end = accepted.msc_ver
    return f"CUDA {nvcc.version} takes _MSC_VER {first} to {end - 1}, and its toolsets are {', '.join(toolsets)}"
