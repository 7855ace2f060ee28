"""What the environment's own package manager would do: its exact command, which a person runs.

conda's kin and pixi keep a record of all that is in an environment, and take back what was done past it; so what is
theirs to bring is theirs to bring. Source: conda, `conda install`; mamba, `micromamba install`; pixi, "pixi add" and
"pixi reinstall" (pixi.prefix.dev, 0.49 and 0.72).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from wontload.diagnosis.commands import typed
from wontload.diagnosis.evidence import providers_here
from wontload.diagnosis.missing import missing_of
from wontload.machine import FIND_LIBRARY
from wontload.remedy.change import Change
from wontload.remedy.fix import Environment, Fix, Manager, Reach
from wontload.remedy.proof import Proof, must_load, prove
from wontload.remedy.steps import ByHand

if TYPE_CHECKING:
    from wontload.diagnosis import Case
    from wontload.diagnosis.missing import Missing
    from wontload.remedy.candidates import Question


def manager_package(question: Question) -> Iterator[Fix]:
    """Where every library that is nowhere here comes in a package of conda-forge's, and the environment is conda's."""
    case, manager = question.case, question.environment.manager
    lost = [one for one in missing_of(case) if one.load in must_load(case) and not one.fit]
    if manager is None or not lost:
        return
    found = {one.file: _package(case, one.file) for one in lost}
    if any(package is None for package in found.values()):
        return
    packages = tuple(dict.fromkeys(name for package in found.values() for name in (package or "").split()))
    change = Change(files=dict.fromkeys(_places(case, manager, lost)))
    yield Fix(
        id=f"{manager.kind}-package",
        kind="environment-package",
        title=f"add {', '.join(packages)} of conda-forge to the environment",
        steps=(ByHand(text=f"Let {manager.program} add it.", command=added(case, manager, packages)),),
        change=change,
        proof=prove(case, change),
        download_bytes=None,
        minutes=None,
        reach=Reach.ENVIRONMENT,
    )


def _package(case: Case, file: str) -> str | None:
    return next((one.package for one in providers_here(case, file) if one.kind == "conda"), None)


def _places(case: Case, manager: Manager, lost: Iterable[Missing]) -> Iterator[str]:
    """Where conda lays libraries (`knowledge/places.toml` has the sources), with the link that linkers take.

    conda-forge's packages have that link with the library: what conda's `find_library` looks for.
    """
    parts = ("Library", "bin") if case.windows else ("lib",)
    directory = case.path_module.join(manager.prefix, *parts)
    for one in lost:
        yield str(case.path_module.join(directory, one.file))
        request = case.loads[one.load].request
        if request.kind == FIND_LIBRARY and case.machine.system.name == "linux":
            yield str(case.path_module.join(directory, f"lib{request.name}.so"))


def added(case: Case, manager: Manager, packages: tuple[str, ...]) -> str:
    """The command that adds packages to an environment."""
    if manager.kind == "pixi":
        return pixi_added(case, manager, packages)
    where = f"--prefix {word(case, manager.prefix)} --channel conda-forge"
    return f"{manager.program} install {where} {' '.join(word(case, one) for one in packages)}"


def pixi_added(case: Case, manager: Manager, packages: tuple[str, ...]) -> str:
    """The command of pixi for it; `--pypi` among the packages asks for PyPI's."""
    return " ".join(("pixi add", *_workspace(case, manager), *(word(case, one) for one in packages)))


def by_hand_again(question: Question, name: str, version: str) -> Fix:
    """The very package again, by whoever may: its manager, or a person in an environment of his own."""
    environment, case = question.environment, question.case
    manager = environment.manager
    if manager is not None:
        title = f"let {manager.program} install {name} {version} again"
        steps = (ByHand(text=f"Let {manager.program} install it again.", command=again(case, manager, name, version)),)
    else:
        title = f"install {name} {version} into an environment of its own"
        steps = (
            ByHand(
                text="Pip may not write into this one: make one that is yours, and import it there.",
                command=own_environment(case, environment, f"{name}=={version}" if version else name),
            ),
        )
    return Fix(
        id="reinstall",
        kind="reinstall",
        title=" ".join(title.split()),
        steps=steps,
        change=Change(),
        proof=Proof(before=(), after=()),
        download_bytes=None,
        minutes=None,
        reach=Reach.ENVIRONMENT,
    )


def again(case: Case, manager: Manager, name: str, version: str) -> str:
    """The command that installs a package of an environment again."""
    if manager.kind == "pixi":
        of = ("--environment", word(case, manager.environment)) if manager.environment else ()
        return " ".join(("pixi reinstall", *_workspace(case, manager), *of, word(case, name)))
    wanted = f"{name}={version}" if version else name
    return f"{manager.program} install --prefix {word(case, manager.prefix)} --force-reinstall {word(case, wanted)}"


def own_environment(case: Case, environment: Environment, *requirements: str) -> str:
    """The commands that make a virtual environment and install into it."""
    python = word(case, environment.python)
    pip = case.path_module.join("venv", "Scripts" if case.windows else "bin", "python")
    return f"{python} -m venv venv && {pip} -m pip install {' '.join(word(case, one) for one in requirements)}"


def _workspace(case: Case, manager: Manager) -> tuple[str, ...]:
    return ("--manifest-path", word(case, manager.manifest)) if manager.manifest else ()


def word(case: Case, text: str) -> str:
    """One word for the shell of that system."""
    return typed(text, windows=case.windows)


def of_manager(environment: Environment) -> str:
    """What to mind where pip installs into an environment of conda's; empty elsewhere."""
    manager = environment.manager
    return f"{manager.program} does not know of what pip installs, and may write over it" if manager else ""
