"""WL403: the GPU driver is too old for this CUDA."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import gpu
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.words import listed
from wontload.knowledge.components import component_of
from wontload.knowledge.cuda import driver_floor, driver_version
from wontload.machine.inventory import Driver


def driver_too_old(case: Case) -> Iterator[Finding]:
    """The CUDA runtime that the target brings needs a newer driver, or all of its code is PTX that is newer than it.

    It stops no load: the first call into CUDA ends with an error. So it explains none, and is a warning.
    """
    told = gpu.driver(case, "nvidia")
    if told is None or case.machine.system.name not in ("windows", "linux"):
        return
    yield from _by_runtime(case, told)
    too_new = [one for one in gpu.unfit(case) if any(fit.rule == "ptx-too-new" for fit in one.fits)]
    if too_new:
        needs = max(fit.needs_cuda for one in too_new for fit in one.fits if fit.needs_cuda)
        names = [case.path_module.basename(one.path) for one in too_new]
        title = f"the NVIDIA driver {told.version} is too old to compile the code in {listed(names)}"
        facts = [
            Evidence("file", f"{one.path} holds code for {listed(one.targets)}", {"path": one.path}) for one in too_new
        ]
        yield _finding(case, told, title, names, f"CUDA {needs[0]}.{needs[1]}", facts)


def _by_runtime(case: Case, told: Driver) -> Iterator[Finding]:
    runtimes: dict[int, str] = {}
    for path in gpu.files(case):
        found = component_of(case.path_module.basename(path))
        if found is not None and found.family == "cuda-runtime" and found.major.isdigit():
            runtimes.setdefault(int(found.major), path)
    for major, path in runtimes.items():
        floor = driver_floor(major, case.machine.system.name)
        have = driver_version(told.version)
        lowest = floor.lowest if floor else None
        takes_it = told.cuda is not None and told.cuda[0] >= major
        if lowest is None or not have or takes_it or have >= driver_version(lowest):
            continue
        name = case.path_module.basename(path)
        title = f"the NVIDIA driver {told.version} is too old for CUDA {major}, which needs {lowest} at least"
        fact = Evidence("file", f"{path} is CUDA {major}'s runtime", {"path": path})
        yield _finding(case, told, title, [name], f"driver {lowest}", [fact])


def _finding(case: Case, told: Driver, title: str, names: list[str], needs: str, facts: list[Evidence]) -> Finding:
    takes = f", takes CUDA up to {told.cuda[0]}.{told.cuda[1]}" if told.cuda else ""
    return Finding(
        code="WL403",
        severity=Severity.WARNING,
        title=title,
        subject=names[0],
        also=tuple(names[1:]),
        component="nvidia-driver",
        chain=(case.target, names[0]),
        evidence=(
            *facts,
            Evidence("file", f"the driver is {told.version}{takes} ({told.source})", {"version": told.version}),
        ),
        explanation=f"Its code asks for {needs}. The library loads all the same: CUDA reports it at the first call, as "
        "error 35 (insufficient driver) or 222 (unsupported PTX), and many programs then go on without the GPU.",
    )
