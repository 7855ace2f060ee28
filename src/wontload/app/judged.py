"""What a child saw of a target, judged.

Kept apart from `diagnose`, which imports this while that child runs: the rules take as long to import as most targets.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from wontload.app.judging import judged_loads
from wontload.app.live import machine_of
from wontload.app.targets import shown
from wontload.binary import GpuCode, MalformedImage, read_gpu_code
from wontload.diagnosis import Case, Diagnosis, Elsewhere
from wontload.diagnosis import diagnose as judge
from wontload.diagnosis.half_installed import half
from wontload.errors import UnknownTarget
from wontload.knowledge.packages import distribution_for, import_name_for, normalised
from wontload.machine import Machine, Outcome
from wontload.machine.dist_info import Installed, described, installed, named
from wontload.machine.interpreters import installed_elsewhere
from wontload.probe import Report, describe_exit


def judged(target: str, kind: str, report: Report, executable: str, extra: tuple[str, ...]) -> Diagnosis:
    """The diagnosis of one report.

    Args:
        target, kind: as `observe` was asked. executable: the interpreter, for a message. extra: further directories in
            which copies of missing libraries are sought.

    Raises:
        UnknownTarget: nothing of that name is installed in any environment that we see, or known.
    """
    machine = machine_of(report)
    observation = report.observation
    elsewhere: tuple[Elsewhere, ...] = ()
    known_as = None
    not_found = observation is not None and observation.outcome is Outcome.NOT_FOUND
    if not_found and not _is_submodule(target, report):
        elsewhere = tuple(_elsewhere(target, report.python.prefix))
        known_as = _known_distribution(target)
    case = Case(
        target=target,
        kind=kind,
        machine=machine,
        start=report.process,
        observation=observation,
        loads=judged_loads(machine, observation),
        elsewhere=elsewhere,
        known_as=known_as,
        describe_exit=describe_exit,
        gpu_code=gpu_code_at,
        extra_directories=extra,
    )
    if not_found and not _is_submodule(target, report) and not elsewhere and half(case) is None:
        own = None if report.modules_of_distribution else named(installed(report.python.path), target)
        if own is not None:
            raise _without_modules(own, executable)
        if known_as is None:
            raise _unknown(target, executable, machine)
    return judge(case)


def _without_modules(own: Installed, executable: str) -> UnknownTarget:
    """A distribution that has files for another one's package, or none at all and only requires others."""
    own = described(own)
    folders = own.folders()
    advice = "It holds nothing but its record; ask about a package that it requires."
    if folders:
        advice = f"Its files are there for {' and '.join(folders)}: ask about that."
    return UnknownTarget(
        f"{own.name} {own.version} is installed for {executable}, and has no module of its own to import.", advice
    )


def gpu_code_at(path: str) -> GpuCode | None:
    """What a file of this computer holds for GPUs; `None` where it cannot be read."""
    try:
        return read_gpu_code(path)
    except MalformedImage:
        return None


def _known_distribution(target: str) -> str | None:
    """The distribution to install for a target that is an import name or a distribution's own."""
    known = distribution_for(target)
    return known or (normalised(target) if import_name_for(target) else None)


def _unknown(target: str, executable: str, machine: Machine) -> UnknownTarget:
    from wontload.app.suggesting import nearest  # a slip of the pen is rare, and difflib takes its time to import

    advice = "Give an import name (llama_cpp), a distribution (llama-cpp-python) or the path of a library; "
    if target and os.path.exists(target):
        advice = f"A file of that name is here: ./{target} means it; "
    elif near := nearest(target, machine):
        advice = f"Did you mean {near}? "
    return UnknownTarget(
        f"nothing named {shown(target)} is installed for {executable}, or known to wontload.",
        advice + "--python names another interpreter.",
    )


def _is_submodule(target: str, report: Report) -> bool:
    """`package.nothing`: the package is there, so the name is not unknown, only wrong or broken."""
    origin = report.observation.origin if report.observation else None
    return "." in target and (origin is not None or report.namespace)


def _elsewhere(target: str, prefix: str) -> Iterator[Elsewhere]:
    """Environments that have the top-level module of that name, or the distribution: its name may have dots in it."""
    found: dict[str, str] = {}
    for name in dict.fromkeys((target.partition(".")[0], target)):
        for environment, location in installed_elsewhere(name, os.environ, os.getcwd(), except_prefix=prefix):
            found.setdefault(environment, location)
    for environment, location in found.items():
        yield Elsewhere(environment=environment, location=location)
