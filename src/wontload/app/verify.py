"""`wontload verify TARGET`: import it for real in a fresh process, and hold the model against what became mapped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wontload.app.diagnose import diagnose
from wontload.diagnosis import Diagnosis
from wontload.diagnosis.gpu_backend import GpuBackend, gpu_backend
from wontload.loader import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedModule:
    """One image that the import brought into the process.

    Attributes:
        path: where it came from. by: `python` (an extension module, a `ctypes` call), `loader` (a dependency of one of
            those), or `native` (neither: code inside a library asked for it; inferred).
    """

    path: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a real import showed.

    Attributes:
        diagnosis: as `diagnose` gives it; a disagreement between model and import is its WL901.
        modules: what became mapped during the import, in order.
        gpu_backend: the package's files for GPUs; `None` for a package of which no GPU builds are recorded.
    """

    diagnosis: Diagnosis
    modules: tuple[MappedModule, ...] = ()
    gpu_backend: GpuBackend | None = None


def verify(
    target: str, *, python: str | None = None, timeout_s: float = 60.0, environment: Mapping[str, str] | None = None
) -> Verification:
    """Import `target` in a fresh child of its interpreter. Raises as `diagnose` does."""
    diagnosis = diagnose(target, python=python, timeout_s=timeout_s, environment=environment)
    case = diagnosis.case
    backend = gpu_backend(case) if case is not None else None
    return Verification(diagnosis=diagnosis, modules=tuple(_mapped(diagnosis)), gpu_backend=backend)


def _mapped(diagnosis: Diagnosis) -> Iterator[MappedModule]:
    case = diagnosis.case
    if case is None:
        return
    seen: set[str] = set()
    for load in diagnosis.loads:
        if load.observed is None:
            continue
        modules = load.simulated.modules if load.simulated else ()
        foreseen = {case.fold(one.path) for one in modules if one.path and one.status is Status.LOADED}
        asked = case.fold(load.observed.path or load.request.name)
        for path in load.observed.mapped:
            folded = case.fold(path)
            if folded not in seen:
                seen.add(folded)
                yield MappedModule(
                    path=path, by="python" if folded == asked else "loader" if folded in foreseen else "native"
                )
