"""Which CUDA a missing library must be of, where its name does not say: one file name serves several majors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wontload.binary import MalformedImage
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence
from wontload.diagnosis.installed import own_distributions
from wontload.knowledge.components import component_of
from wontload.knowledge.cuda_in_use import CudaInUse, cuda_in_use
from wontload.knowledge.providers import cuda_majors_of
from wontload.loader import Module
from wontload.machine import Machine, NotKnown


def cuda_for(case: Case, name: str) -> CudaInUse | None:
    """The CUDA major of which a file of this name is wanted; `None` where it has no choice, or nothing tells."""
    component = component_of(name)
    majors = cuda_majors_of(component) if component else frozenset()
    if len(majors) < 2:
        return None
    own = own_distributions(case)
    return cuda_in_use(
        _needed(case, name),
        (*_observed(case), *(f"{one.name} {one.version}" for one in own)),
        elsewhere=_needed_elsewhere(case),
        requires=(required for one in own for required in one.requires),
        driver=driver_takes(case.machine),
        among=majors,
    )


def of_cuda(case: Case, names: Iterable[str]) -> Iterator[Evidence]:
    """Why the wheel of one CUDA major is named and not that of another."""
    for name in names:
        if chosen := cuda_for(case, name):
            said = f"{name} is wanted for CUDA {chosen.major}: {chosen.because}"
            yield Evidence("cuda", said, {"file": name, "cuda": chosen.major, "because": chosen.because})


def _needed(case: Case, name: str) -> Iterator[str]:
    """What the files that need this one need besides."""
    importers = [one.needed_by for one in _modules(case) if case.path_module.basename(one.name) == name]
    for path in filter(None, dict.fromkeys(importers)):
        try:
            yield from (one.library for one in case.machine.files.image(path).needed)
        except (MalformedImage, NotKnown, LookupError):
            continue


def _needed_elsewhere(case: Case) -> Iterator[str]:
    """What all loads need; not what a program tries in turn."""
    yield from (case.path_module.basename(one.name) for one in _modules(case) if one.needed_by or one.path)


def _modules(case: Case) -> list[Module]:
    return [module for load in case.loads if load.simulated for module in load.simulated.modules]


def _observed(case: Case) -> Iterator[str]:
    for name, version in case.observation.distributions if case.observation else ():
        yield f"{name} {version}"


def driver_takes(machine: Machine) -> tuple[int, int] | None:
    """The newest CUDA (major, minor) that the driver of a machine accepts; `None` when not known."""
    drivers = machine.inventory.drivers or ()
    return next((one.cuda for one in drivers if one.vendor == "nvidia" and one.cuda), None)
