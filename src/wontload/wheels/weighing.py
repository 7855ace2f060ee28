"""One judged file of a wheel: whether it would load, and what would have to be done for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from wontload.diagnosis.alone import undefined_symbols
from wontload.diagnosis.finding import Severity
from wontload.knowledge.components import component_of
from wontload.knowledge.cuda_in_use import cuda_in_use
from wontload.knowledge.packages import normalised
from wontload.knowledge.providers import Provider, cuda_majors_of, providers_of
from wontload.loader import Status, Verdict
from wontload.machine import Machine
from wontload.wheels.bringing import known_to_bring
from wontload.wheels.judging import JudgedFile

HERE_NOT_SEARCHED = ("WL202", "WL203")


class Standing(IntEnum):
    """Whether a file, or all that decides, would load, the best first."""

    LOADS = 0
    ADDED = 1  # once directories are searched that are on the machine: `wontload fix` does it
    NEEDS = 2  # once packages are installed that bring what is nowhere
    UNDETERMINED = 3
    FAILS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A file with what it lacks.

    Attributes:
        added: libraries that are on the machine where it does not look. needs: distributions that bring what is
            nowhere. brought: distributions that the wheel requires, and that bring it by themselves.
        drivers: GPU drivers that it cannot do without. missing: libraries that nobody is known to bring.
        undefined: symbols that nothing defines, where a distribution that comes with it may.
    """

    file: JudgedFile
    standing: Standing
    added: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    brought: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    undefined: tuple[str, ...] = ()


def weigh(
    file: JudgedFile,
    machine: Machine,
    *,
    own: str,
    required: frozenset[str],
    unread: frozenset[str] = frozenset(),
    unseen: frozenset[str] | None = None,
) -> Weighed:
    """Sort what a file lacks into what is here, what can be had, and the rest.

    Args:
        own: normalised name of the wheel's distribution. required: those that are installed with it.
        unread: base names of the wheel's files that were not read.
        unseen: those of `required` that were not looked into, which may bring what nobody is known to bring; all of
            them where that is not told.
    """
    if file.verdict is Verdict.LOADS:
        return Weighed(file=file, standing=Standing.LOADS)
    here = {name.lower() for one in file.findings if one.code in HERE_NOT_SEARCHED for name in (one.subject, *one.also)}
    added: dict[str, None] = {}
    needs: dict[str, None] = {}
    brought: dict[str, None] = {}
    drivers: dict[str, None] = {}
    missing: dict[str, None] = {}
    refused = is_open = False
    absent = sorted(required if unseen is None else unseen)
    undefined = undefined_symbols(machine, file.result) if _may_be_defined(file, required, unseen) else []
    for module in file.result.failed:
        name = str(machine.path_module.basename(module.name))
        if name in unread:
            is_open = True
        elif name.lower() in here:
            added[name] = None
        elif module.status is not Status.MISSING:
            is_open = is_open or module.symbol in undefined
            refused = refused or module.symbol not in undefined
        elif bringer := known_to_bring(name, absent):
            brought[bringer] = None
        elif wheels := [one for one in _wheels_with(name, file, machine, own, required) if normalised(one) != own]:
            with_it = next((one for one in wheels if normalised(one) in required), None)
            (brought if with_it else needs)[with_it or wheels[0]] = None
        elif driver := next((one.package for one in _providers(name, machine) if one.kind == "driver"), None):
            drivers[driver] = None
        else:
            missing[name] = None
    standing = Standing.NEEDS if needs else Standing.ADDED if added else Standing.LOADS
    if refused or drivers or (missing and not absent):
        standing = Standing.FAILS
    elif is_open or missing or file.verdict is Verdict.UNDETERMINED or not (needs or added or brought):
        standing = Standing.UNDETERMINED
    lacks = {"added": added, "needs": needs, "brought": brought, "drivers": drivers, "missing": missing}
    lacks["undefined"] = dict.fromkeys(undefined)
    return Weighed(file=file, standing=standing, **{name: tuple(found) for name, found in lacks.items()})


def _may_be_defined(file: JudgedFile, required: frozenset[str], unseen: frozenset[str] | None) -> bool:
    """Whether undefined symbols may be those of what comes with it: of no version, and of no library that is named."""
    codes = {one.code for one in file.findings if one.severity is Severity.ERROR}
    return codes == {"WL301"} and bool(required if unseen is None else unseen)


def _wheels_with(name: str, file: JudgedFile, machine: Machine, own: str, required: frozenset[str]) -> list[str]:
    """Distributions that bring a library, for the CUDA that the file, its wheel or else the driver is of."""
    found = [one.package for one in _providers(name, machine) if one.kind == "wheel"]
    if len(found) < 2:
        return found
    component = component_of(name)
    others = (machine.path_module.basename(module.name) for module in file.result.modules)
    chosen = cuda_in_use(
        others,
        (own,),
        requires=required,
        driver=next((one.cuda for one in machine.inventory.drivers or () if one.vendor == "nvidia" and one.cuda), None),
        among=cuda_majors_of(component) if component else (),
    )
    if chosen is None:
        return found
    return [one.package for one in _providers(name, machine, chosen.major) if one.kind == "wheel"]


def _providers(name: str, machine: Machine, cuda: int | None = None) -> tuple[Provider, ...]:
    system = machine.system
    return providers_of(name, system=system.name, architecture=system.architecture, cuda=cuda)
