"""The usual recipe for building llama-cpp-python, line by line: what of it a plan keeps, corrects or drops, and why.

The recipe is the one of abetlen/llama-cpp-python#1150 and of many pages since: a clean environment, CMake and Ninja,
Visual Studio, CUDA_HOME, PATH, FORCE_CMAKE=1, CMAKE_ARGS, pip install. Other packages have no account.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wontload.build.plan import BuildPlan
from wontload.build.studio import Studio
from wontload.build.toolchain import CudaToolchain
from wontload.knowledge.builds import release, renamed
from wontload.knowledge.packages import normalised
from wontload.machine import Machine

PACKAGE = "llama-cpp-python"
FIRST_WITHOUT_FORCE_CMAKE = (0, 2)  # scikit-build-core since then


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the recipe: `verdict` is `kept`, `corrected` or `dropped`, `why` a sentence without a full stop."""

    said: str
    verdict: str
    why: str


def account(plan: BuildPlan, machine: Machine) -> tuple[Line, ...]:
    """Every line of the recipe, judged for one machine; empty for packages that the recipe is not about."""
    if normalised(plan.package) != PACKAGE:
        return ()
    return (
        Line(
            said="a clean environment",
            verdict="kept",
            why="pip compiles in an environment of its own, and what this shell would say besides is unset",
        ),
        _tools(machine),
        _studio(plan, machine),
        *_cuda(plan),
        _forced(plan),
        *_options(plan),
        Line(
            said="pip install .",
            verdict="corrected",
            why="pip wheel --no-cache-dir compiles whatever lies in a cache, and leaves a wheel that is checked before "
            "it replaces anything",
        ),
    )


def _tools(machine: Machine) -> Line:
    here = {one.name: one.version for one in machine.inventory.tools or ()}
    found = ", ".join(f"{name} {here[name]} is here" for name in ("cmake", "ninja") if name in here)
    return Line(
        said="install CMake and Ninja",
        verdict="corrected",
        why="the package's build fetches both as wheels where they are missing or too old"
        + (f"; {found}" if found else ""),
    )


def _studio(plan: BuildPlan, machine: Machine) -> Line:
    said = 'Visual Studio with "Desktop development with C++"'
    if machine.system.name != "windows":
        return Line(said=said, verdict="dropped", why="this is not Windows: the system's own compiler builds")
    if isinstance(plan.studio, Studio):
        others = "".join(f"; not {one.what}: {one.why}" for one in plan.studio.passed_over)
        return Line(said=said, verdict="kept", why=f"{plan.studio.name} {plan.studio.why}{others}")
    return Line(said=said, verdict="kept", why="none that can build is here yet: see what stands above")


def _cuda(plan: BuildPlan) -> Iterator[Line]:
    if not isinstance(plan.cuda, CudaToolchain):
        why = (
            "this plan builds without CUDA" if plan.backend.name != "cuda" else "there is no CUDA Toolkit that fits yet"
        )
        yield Line(said="CUDA_HOME", verdict="dropped", why=why)
        yield Line(said="PATH", verdict="dropped", why=why)
        return
    version = plan.cuda.nvcc.version
    yield Line(
        said="CUDA_HOME",
        verdict="corrected",
        why=f"CMake reads CUDACXX and CUDAToolkit_ROOT: both lead to CUDA {version}; torch's builds read CUDA_HOME",
    )
    yield Line(
        said="PATH",
        verdict="corrected",
        why="the toolkit's bin comes first for this build alone; changing PATH for good changes other programs",
    )


def _forced(plan: BuildPlan) -> Line:
    if plan.version and release(plan.version) < FIRST_WITHOUT_FORCE_CMAKE:
        return Line(
            said="FORCE_CMAKE=1", verdict="kept", why="versions before 0.2 were built by scikit-build, which reads it"
        )
    return Line(
        said="FORCE_CMAKE=1", verdict="dropped", why="scikit-build-core, which builds since 0.2, does not read it"
    )


def _options(plan: BuildPlan) -> Iterator[Line]:
    switch = plan.backend.switch.option if plan.backend.switch else ""
    gone = {one.old: one for one in renamed(PACKAGE, plan.version)}
    for option in ("GGML_CUDA", "LLAMA_CUBLAS"):
        said = f"CMAKE_ARGS=-D{option}=on"
        if option == switch:
            more = f", with CMAKE_CUDA_ARCHITECTURES={';'.join(plan.architectures)}" if plan.architectures else ""
            yield Line(said=said, verdict="kept", why=f"that is this version's name of it{more}")
        elif option in gone:
            yield Line(
                said=said,
                verdict="dropped",
                why=f"this version {gone[option].said}: {gone[option].new} took its place",
            )
        else:
            why = f"this plan builds with {switch}" if switch else "this plan builds for the CPU alone"
            yield Line(said=said, verdict="dropped", why=why)
