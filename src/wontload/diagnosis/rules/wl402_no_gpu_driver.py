"""WL402: no GPU driver: what only a driver brings is nowhere on this machine."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import evidence, gpu, grouping
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding
from wontload.diagnosis.words import are, listed

VENDOR = {"nvidia-driver": "nvidia", "hip": "amd"}
TITLE = {"nvidia": "NVIDIA", "amd": "AMD"}


def no_gpu_driver(case: Case) -> Iterator[Finding]:
    """A load lacks a library that comes with a GPU's driver, and no copy of it is here.

    A copy that this load does not search is WL202 or WL203; a driver that is here and too old is WL403.
    """
    for group in grouping.grouped(case, "WL402"):
        names = grouping.names(group)
        yield grouping.finding(
            case,
            group,
            code="WL402",
            title=f"no GPU driver: {listed(names)} {are(names)} nowhere on this machine",
            evidence=(*evidence.of_providers(case, names), *_seen(case, names[0]), evidence.of_absence(case, names)),
            explanation=_explanation(case, names[0]),
        )


def _vendor(name: str) -> str:
    return VENDOR.get((grouping.component(name) or "").partition(" ")[0], "")


def _seen(case: Case, name: str) -> Iterator[Evidence]:
    vendor, found = _vendor(name), case.machine.inventory.gpus
    if found is None or not vendor:
        return
    here = gpu.gpus(case, vendor)
    text = f"seen here: {listed([one.name for one in here])}" if here else f"no GPU of {TITLE[vendor]}'s is seen here"
    yield Evidence("file", text, {"gpus": [one.name for one in here]})


def _explanation(case: Case, name: str) -> str:
    container = case.machine.inventory.container
    if container and not container.startswith("wsl"):
        return (
            f"This is a container ({container}): the host's driver must be passed into it, which takes NVIDIA's "
            "container toolkit and --gpus all, or AMD's devices. Nothing that is installed inside brings it."
        )
    vendor = _vendor(name)
    if vendor and case.machine.inventory.gpus is not None and not gpu.gpus(case, vendor):
        return (
            "The file was built for a GPU, and comes with that GPU's driver alone. Without such a GPU a build for the "
            "processor is what fits this machine."
        )
    return "It comes with the GPU's driver alone: no toolkit, wheel or redistributable brings it."
