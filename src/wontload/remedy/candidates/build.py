"""`build`: a package compiled for this very machine.

Of a package that `knowledge/builds.toml` has options for, whatever another build of it would have just as well is left
aside. Of any other package it is the way out where the installed build was made for another machine. Whether a source
of it is published is asked when a plan asks indexes anyhow (`app.sizing`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from wontload.build.backend import NAMES
from wontload.build.plan import BuildPlan, plan_build
from wontload.build.studio import Studio
from wontload.build.toolchain import CudaToolchain
from wontload.knowledge.builds import switches
from wontload.remedy.candidates.blamed import distribution_blamed
from wontload.remedy.candidates.by_manager import of_manager
from wontload.remedy.candidates.reinstall import may_replace
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import Proof

if TYPE_CHECKING:
    from wontload.machine import Machine
    from wontload.remedy.candidates import Question

# What another build of the package would have just as well: no driver, a hidden GPU, another folder of that name, a
# package that is not there, a library that fails by itself.
NOT_BY_BUILDING = frozenset({"WL402", "WL403", "WL406", "WL503", "WL506", "WL601", "WL604"})
# What a build on the very machine does away with, whatever the package: made for another processor, C library, compiler
# runtime, system or Python.
MADE_ELSEWHERE = frozenset({"WL103", "WL302", "WL303", "WL306", "WL307", "WL401", "WL501"})
SOURCE_NOT_ASKED_FOR = "if its source is published"


def build(question: Question) -> Iterator[Fix]:
    """The version that is installed, from source; what comes out is proven before it is installed."""
    found = _with_options(question) or _made_elsewhere(question)
    if found is None or not may_replace(question, found[0]):
        return
    name, version = found[0], found[1].partition("+")[0]
    plan = plan_build(question.case.machine, name, version=version)
    if plan.hindered:
        return
    known = any(True for _ in switches(name, version))
    caveats = [of_manager(question.environment), "" if known else SOURCE_NOT_ASKED_FOR]
    own = name in {one for one, _ in _owners(question)}
    yield Fix(
        id="build",
        kind="build",
        title=f"build {version if own else f'{name} {version}'} from source for {_for_what(plan)}",
        steps=(),
        change=Change(),
        proof=Proof(before=(), after=()),
        requirements=(f"{name}=={version}",),
        download_bytes=None,
        minutes=plan.cost.minutes,
        reach=Reach.PACKAGE,
        caveat="; ".join(filter(None, caveats)),
    )


def source_found(fix: Fix) -> Fix:
    """The fix once an index was seen to have its source."""
    left = [one for one in fix.caveat.split("; ") if one != SOURCE_NOT_ASKED_FOR]
    return replace(fix, caveat="; ".join(left))


def _owners(question: Question) -> tuple[tuple[str, str], ...]:
    observation = question.case.observation
    return tuple(observation.distributions) if observation else ()


def _with_options(question: Question) -> tuple[str, str] | None:
    """The target's own distribution, where its project has options for what is here."""
    owners = _owners(question)
    blamed = {one.code for one in question.diagnosis.findings if one.explains_error}
    if len(owners) != 1 or not blamed - NOT_BY_BUILDING:
        return None
    return owners[0] if any(True for _ in switches(owners[0][0], owners[0][1].partition("+")[0])) else None


def _made_elsewhere(question: Question) -> tuple[str, str] | None:
    """The distribution whose file is blamed for having been made for another machine, where this one can compile."""
    blamed = [one for one in question.diagnosis.findings if one.explains_error and one.code in MADE_ELSEWHERE]
    if not blamed or not _compilers_known(question.case.machine):
        return None
    found = distribution_blamed(question.case, blamed[0])
    return found if found and found[1] else None


def _compilers_known(machine: Machine) -> bool:
    """Whether it was asked what compiles here: else a plan would find nothing missing."""
    inventory = machine.inventory
    return (inventory.visual_studios if machine.system.name == "windows" else inventory.tools) is not None


def _for_what(plan: BuildPlan) -> str:
    """The GPU code and the toolchain, in a few words."""
    tools = []
    if isinstance(plan.studio, Studio):
        tools.append(plan.studio.name)
    if isinstance(plan.cuda, CudaToolchain):
        tools.append(f"CUDA {plan.cuda.nvcc.version}")
    capabilities = [one.partition("-")[0] for one in plan.architectures]
    dotted = ", ".join(f"{one[:-1]}.{one[-1:]}" for one in capabilities if one.isdigit())
    backend = NAMES[plan.backend.name] if plan.backend.name not in ("", "cpu") else "processor"
    what = f"compute capability {dotted}" if dotted else f"this machine's {backend}"
    if not plan.backend.name:
        what = "this machine"
    return f"{what} ({' + '.join(tools)})" if tools else what
