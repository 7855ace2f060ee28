"""Machine, source and wishes in; out comes what would be run, and why. Nothing is run and nothing is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wontload.build import settings
from wontload.build.backend import Backend, choose_backend
from wontload.build.cost import Cost, Resources, cost_of
from wontload.build.flags import Flags, checked_flags
from wontload.build.hindrance import Circumstances
from wontload.build.preconditions import preconditions
from wontload.build.settings import Setting
from wontload.build.source import Source
from wontload.build.studio import NoStudio, Studio, choose_studio
from wontload.build.toolchain import CudaToolchain, NoToolchain, choose
from wontload.build.wishes import Wishes, is_on
from wontload.diagnosis.finding import Finding, Severity
from wontload.knowledge.builds import Switch, switches
from wontload.knowledge.gpus import version_pair
from wontload.machine import Machine


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildPlan:
    """What would be run.

    Attributes:
        package, version: empty version: the newest that the index has.
        source: what was read of it; `None` where it is not here (a saved machine, or nothing was fetched).
        backend: with its reason, and those passed over. flags: the person's own, as they were judged.
        cuda: the toolchain for CUDA; `None` without CUDA. studio: on Windows.
        architectures: of GPUs: values of CMAKE_CUDA_ARCHITECTURES.
        defines: of CMake. variables: of the environment. Each with its reason, in the order given.
        cost: jobs, minutes, disk. local: local version of the wheel, such as `cu124.sm89`.
        findings: what hinders or may hinder it; one with severity `error` must be settled first.
        alternatives: what else could be built here, as values of `--backend`.
    """

    package: str
    version: str
    source: Source | None
    backend: Backend
    flags: Flags
    cuda: CudaToolchain | NoToolchain | None
    studio: Studio | NoStudio | None
    architectures: tuple[str, ...]
    defines: tuple[Setting, ...]
    variables: tuple[Setting, ...]
    cost: Cost
    local: str
    findings: tuple[Finding, ...]
    alternatives: tuple[str, ...] = ()

    @property
    def hindered(self) -> bool:
        """Whether something must be settled before it can be run."""
        return any(one.severity is Severity.ERROR for one in self.findings)


def plan_build(
    machine: Machine,
    package: str,
    *,
    version: str = "",
    source: Source | None = None,
    wishes: Wishes | None = None,
    resources: Resources | None = None,
    circumstances: Circumstances | None = None,
) -> BuildPlan:
    """The plan for one package on one machine.

    Args:
        version: empty: the newest, or what the source says of itself.
        source: what will be built, where it is here already: it is asked for its own options.
        resources: what is free; unknown for a saved machine.
        circumstances: of the place where it will be built; `None` for a saved machine.
    """
    wishes, resources = wishes or Wishes(), resources or Resources(cores=_cores(machine))
    version = version or (source.version if source else "")
    known = tuple(known_switches(package, version, source))
    flags = checked_flags(package, version, source, wishes, windows=machine.system.name == "windows")
    backend = choose_backend(machine, known, asked=_asked_for(wishes, known))
    capabilities = _capabilities(machine)
    architectures = wishes.architectures or tuple(f"{major}{minor}-real" for major, minor in capabilities)
    cuda = None
    if backend.name == "cuda":
        pair = version_pair(wishes.cuda) if wishes.cuda else None
        cuda = choose(machine, () if wishes.architectures else capabilities, cuda=pair, compiler=wishes.compiler)
    else:
        architectures = ()
    studio: Studio | NoStudio | None = None
    if machine.system.name == "windows":
        nvcc = cuda.nvcc if isinstance(cuda, CudaToolchain) else None
        studio = choose_studio(machine, nvcc, generator=wishes.generator)
    choice = settings.Choice(
        machine=machine, backend=backend, cuda=cuda, studio=studio, architectures=architectures, switches=known,
        wishes=wishes, source=source,
    )  # fmt: skip
    cost = cost_of(package, version, backend.name, len(architectures), resources, jobs=wishes.jobs)
    alternatives = _alternatives(known, backend)
    return BuildPlan(
        package=package,
        version=version,
        source=source,
        backend=backend,
        flags=flags,
        cuda=cuda,
        studio=studio,
        architectures=architectures,
        defines=tuple(settings.defines(choice)),
        variables=tuple(settings.variables(choice, cost.jobs)),
        cost=cost,
        local=local_version(backend, cuda, architectures),
        findings=(*flags.findings, *preconditions(choice, circumstances, cost, resources)),
        alternatives=alternatives,
    )


def known_switches(package: str, version: str, source: Source | None) -> Iterator[Switch]:
    """The switches that this version has: its own source's word, else what is written down of the package."""
    if source is None or not source.options.known:
        yield from switches(package, version)
        return
    yield from (one for one in switches() if source.options.has(one.option))


def local_version(backend: Backend, cuda: CudaToolchain | NoToolchain | None, architectures: Sequence[str]) -> str:
    """Source: PEP 440, local version identifiers: letters, digits and dots."""
    if isinstance(cuda, CudaToolchain):
        numbers = [f"sm{one.partition('-')[0]}" for one in architectures if one[:1].isdigit()]
        return ".".join([f"cu{cuda.nvcc.cuda[0]}{cuda.nvcc.cuda[1]}", *numbers])
    return backend.name or "local"


def _asked_for(wishes: Wishes, known: Sequence[Switch]) -> str | None:
    """The backend that the person names, that their definitions turn on, or that their other wishes are about."""
    about_cuda = wishes.cuda or wishes.architectures
    offers_cuda = any(one.backend == "cuda" for one in known)
    return wishes.backend or _switched_on(wishes, known) or ("cuda" if about_cuda and offers_cuda else None)


def _switched_on(wishes: Wishes, known: Sequence[Switch]) -> str | None:
    """The backend that the person's own definitions turn on."""
    on = {name for name, value in wishes.defines.items() if is_on(value)}
    return next((one.backend for one in known if one.backend != "native" and one.option in on), None)


def _alternatives(known: Sequence[Switch], backend: Backend) -> tuple[str, ...]:
    if not backend.name:
        return ()
    names = [one.backend for one in known if one.backend not in ("native", "blas", "metal")]
    return tuple(one for one in (*dict.fromkeys(names), "cpu") if one != backend.name)


def _capabilities(machine: Machine) -> tuple[tuple[int, int], ...]:
    found = {one.compute_capability for one in machine.inventory.gpus or () if one.compute_capability}
    return tuple(sorted(found))


def _cores(machine: Machine) -> int | None:
    return machine.inventory.cpu.cores if machine.inventory.cpu else None
