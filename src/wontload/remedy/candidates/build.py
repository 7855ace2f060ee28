"""`build`: the package compiled for this very machine, where its own project has options for what is here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wontload.build.backend import NAMES
from wontload.build.plan import BuildPlan, plan_build
from wontload.build.studio import Studio
from wontload.build.toolchain import CudaToolchain
from wontload.knowledge.builds import switches
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import Proof

if TYPE_CHECKING:
    from wontload.remedy.candidates import Question

# What another build of the package would have just as well: no driver, a hidden GPU, another folder of that name, a
# package that is not there, a library that fails by itself.
NOT_BY_BUILDING = frozenset({"WL402", "WL403", "WL406", "WL503", "WL506", "WL601", "WL604"})


def build(question: Question) -> Iterator[Fix]:
    """The version that is installed, from source; what comes out is proven before it is installed."""
    case, environment = question.case, question.environment
    owners = case.observation.distributions if case.observation else ()
    blamed = {one.code for one in question.diagnosis.findings if one.explains_error}
    if not environment.installer or len(owners) != 1 or not blamed - NOT_BY_BUILDING:
        return
    name, installed = owners[0]
    version = installed.partition("+")[0]
    if not any(True for _ in switches(name, version)):
        return
    plan = plan_build(case.machine, name, version=version)
    if plan.hindered:
        return
    yield Fix(
        id="build",
        kind="build",
        title=f"build {version} from source for {_for_what(plan)}",
        steps=(),
        change=Change(),
        proof=Proof(before=(), after=()),
        requirements=(f"{name}=={version}",),
        download_bytes=None,
        minutes=plan.cost.minutes,
        reach=Reach.PACKAGE,
        caveat=f"{environment.managed_by} forbids pip here" if environment.managed_by else "",
    )


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
    return f"{what} ({' + '.join(tools)})" if tools else what
