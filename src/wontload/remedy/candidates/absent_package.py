"""`install`: a package that is not in the environment, by the command that the environment's own installer takes.

A person runs it: what an installer brings with a package is more than its own wheel. Sources: pip, `pip install`; uv,
`uv pip install --python`; pixi, `pixi add --pypi`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wontload.knowledge.indexes import indexes_of
from wontload.remedy.candidates.by_manager import of_manager, own_environment, pixi_added, word
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import Proof
from wontload.remedy.steps import ByHand

if TYPE_CHECKING:
    from wontload.diagnosis import Case
    from wontload.remedy.candidates import Question
    from wontload.remedy.fix import Environment


def absent_package(question: Question) -> Iterator[Fix]:
    """For WL506, and WL903 of a package that lacks what it requires, where it is known which distribution that is."""
    for finding in question.diagnosis.findings:
        told = next((one.data for one in finding.evidence if one.kind == "provider"), {})
        name, wanted = told.get("package"), told.get("requirements")
        is_it = finding.explains_error if finding.code == "WL506" else finding.code == "WL903"
        if is_it and isinstance(name, str) and isinstance(wanted, list):
            users = [str(one.data["distribution"]) for one in finding.evidence if one.kind == "requires"]
            why = f"which {users[0]} requires" if users else f"which brings {finding.subject}"
            yield _fix(question, name, tuple(map(str, wanted)), why)


def _fix(question: Question, name: str, requirements: tuple[str, ...], why: str) -> Fix:
    environment = question.environment
    several = f"it is published in several builds: `wontload pick {name}` names the one for this machine"
    caveats = (several if indexes_of(name) else "", of_manager(environment) if environment.installer else "")
    return Fix(
        id="install",
        kind="install",
        title=f"install {requirements[0]}, {why}{_besides(requirements)}",
        steps=(ByHand(text="Install it:", command=_command(question.case, environment, requirements)),),
        change=Change(),
        proof=Proof(before=(), after=()),
        download_bytes=None,
        minutes=None,
        reach=Reach.ENVIRONMENT,
        caveat="; ".join(filter(None, caveats)),
    )


def _besides(requirements: tuple[str, ...]) -> str:
    """What else is required and not there, and comes by the same command."""
    more = len(requirements) - 1
    return f", and {more} more that {'is' if more == 1 else 'are'} required" if more else ""


def _command(case: Case, environment: Environment, requirements: tuple[str, ...]) -> str:
    manager, python = environment.manager, word(case, environment.python)
    if manager is not None and manager.kind == "pixi":
        return pixi_added(case, manager, ("--pypi", *requirements))
    if environment.managed_by or (environment.site is None and not environment.installer):
        return own_environment(case, environment, *requirements)
    wanted = " ".join(word(case, one) for one in requirements)
    if environment.installer == "uv":
        return f"uv pip install --python {python} {wanted}"
    pip = " ".join(word(case, one) for one in environment.pip) or f"{python} -m pip"
    return f"{pip} install {wanted}"
