"""`cpu-fallback`: the build of the same package for the processor alone, where the GPU cannot be had today.

Offered behind everything that keeps the GPU, and says what is given up (`knowledge/cpu_builds.toml`). A sister wheel is
proven like any other, after it was fetched and before it is installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wontload.diagnosis.words import listed
from wontload.knowledge.components import component_of
from wontload.knowledge.cpu_builds import CpuBuild, cpu_build_of
from wontload.knowledge.packages import normalised
from wontload.knowledge.suites import suite_of
from wontload.remedy.candidates.reinstall import may_replace, removal_of
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import Proof
from wontload.remedy.steps import ByHand, SetVariable

if TYPE_CHECKING:
    from wontload.diagnosis import Finding
    from wontload.remedy.candidates import Question

GPU_CODES = frozenset({"WL402", "WL403", "WL404", "WL406"})
GPU_SUITES = frozenset({"cuda", "cudnn", "tensorrt", "rocm", "hip", "vulkan", "oneapi"})


def cpu_fallback(question: Question) -> Iterator[Fix]:
    """Where what ended the import belongs to a GPU, and the package is known to do without one."""
    owners = question.case.observation.distributions if question.case.observation else ()
    explaining = [one for one in question.diagnosis.findings if one.explains_error]
    if not any(_of_a_gpu(question, one) for one in explaining):
        return
    for name, version in owners:
        build = cpu_build_of(name)
        if build is None:
            continue
        if build.requirement and may_replace(question, name):
            yield _sister(question, build, name, version)
        elif build.variable:
            yield _variable(build, name)
        elif build.option:
            yield _option(build, name)


def _of_a_gpu(question: Question, finding: Finding) -> bool:
    if finding.code in GPU_CODES:
        return True
    names = [question.case.path_module.basename(one) for one in (finding.subject, *finding.also)]
    found = [component for name in names if (component := component_of(name)) is not None]
    return any(suite_of(one) in GPU_SUITES or one.family in GPU_SUITES for one in found)


def _sister(question: Question, build: CpuBuild, name: str, version: str) -> Fix:
    """The sister wheel, and those of the packages that only go with it."""
    here = question.case.machine.inventory.distributions or ()
    also = [one for one in here if normalised(one.name) in build.also]
    exchanged = [*(one for one in here if normalised(one.name) == normalised(name)), *also]
    wanted = {name: version, **{one.name: one.version for one in also}}
    requirements = tuple(build.requirement.format(name=one, version=of.partition("+")[0]) for one, of in wanted.items())
    where = f" of {build.index}" if build.index else ""
    return Fix(
        id="cpu-fallback",
        kind="cpu-fallback",
        title=f"install {listed(requirements)}{where}, without the GPU",
        steps=tuple(removal_of(question, one) for one in exchanged if build.replaces and one.record),
        change=Change(removed=tuple(file.path for one in exchanged for file in one.files)),
        proof=Proof(before=(), after=()),
        requirements=requirements,
        index=build.index,
        download_bytes=None,
        minutes=None,
        reach=Reach.PACKAGE,
        caveat=build.loses,
    )


def _variable(build: CpuBuild, name: str) -> Fix:
    return Fix(
        id="cpu-fallback",
        kind="cpu-fallback",
        title=f"set {build.variable} to {build.value}, with which {name} does without the GPU",
        steps=(SetVariable(name=build.variable, value=build.value),),
        change=Change(environment={build.variable: build.value}),
        proof=Proof(before=(), after=()),
        reach=Reach.USER,
        caveat=build.loses,
        needs_new_console=True,
    )


def _option(build: CpuBuild, name: str) -> Fix:
    return Fix(
        id="cpu-fallback",
        kind="cpu-fallback",
        title=f"tell {name} to do without the GPU",
        steps=(ByHand(text=f"Give {build.option}.", command=""),),
        change=Change(),
        proof=Proof(before=(), after=()),
        reach=Reach.PACKAGE,
        caveat=build.loses,
    )
