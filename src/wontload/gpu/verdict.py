"""What the measurements say: the GPU was used, it loaded and computed on the processor, or it cannot be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from wontload.gpu.exercising import Exercised
from wontload.gpu.memory import OF_PROCESS, Series, series
from wontload.probe import describe_exit

SHARE = 0.5  # of what was placed: less than half of it is something else


class GpuVerdict(str, Enum):
    """`used`: measured. `cpu-only`: it worked, and no GPU memory came of it. `failed`: it did not get that far."""

    USED = "used"
    CPU_ONLY = "cpu-only"
    FAILED = "failed"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuUse:
    """The answer, and what it rests on.

    Attributes:
        verdict: see there. why: sentences, the deciding one first. memory: what each source read. placed_bytes: what
            the GPU should have held. registered: what the package says of itself. figures: on the GPU (or wherever it
            went when the GPU was asked for) and on the processor; each higher is better. offloaded: layers on the GPU,
            of how many. buffers: megabytes that the package says it put on each device. error: of the package.
    """

    verdict: GpuVerdict
    why: tuple[str, ...]
    memory: tuple[Series, ...] = ()
    placed_bytes: int | None = None
    registered: Mapping[str, Any]
    figures: Mapping[str, float]
    on_processor: Mapping[str, float]
    offloaded: tuple[int, int] | None = None
    buffers: tuple[tuple[str, float], ...] = ()
    modules: tuple[str, ...] = ()
    error: str = ""


def judge(done: Exercised) -> GpuUse:
    """Judge one exercise by what was measured; what the package says of itself decides nothing."""
    memory = series(done.samples, done.pid)
    placed = _placed(done)
    verdict, why = _verdict(done, memory, placed)
    return GpuUse(
        verdict=verdict,
        why=(*_refused(done), why) if verdict is GpuVerdict.FAILED else (why, *_refused(done)),
        memory=memory,
        placed_bytes=placed,
        registered=_mapping(done, "imported", "registered"),
        figures=_figures(done, "ran"),
        on_processor=_figures(done, "compared"),
        offloaded=_offloaded(done),
        buffers=tuple(_buffers(done)),
        modules=_modules(done),
        error=_error(done),
    )


def _verdict(done: Exercised, memory: tuple[Series, ...], placed: int | None) -> tuple[GpuVerdict, str]:
    if "ran" not in done.stages or placed is None:
        return GpuVerdict.FAILED, _how_it_failed(done)
    claimed = _claims_gpu(done)
    said = {one.source: _says(one, placed, claimed=claimed) for one in memory}
    own = [said[source] for source in OF_PROCESS if said.get(source) is not None]
    answers = own or [one for one in said.values() if one is not None]
    if not answers:
        return GpuVerdict.UNDETERMINED, "no source told how much of the GPU's memory the process held"
    if all(answers):
        return GpuVerdict.USED, _measured(memory, said)
    if any(answers):
        return GpuVerdict.UNDETERMINED, "the sources contradict each other"
    if not own and not _totals_are_quiet(memory, placed):
        return GpuVerdict.UNDETERMINED, "other programs changed the GPU's memory meanwhile"
    return GpuVerdict.CPU_ONLY, "it worked, and the process held no memory of the GPU that its work would explain"


def _says(one: Series, placed: int, *, claimed: bool) -> bool | None:
    """Whether one source saw what was placed on the GPU; `None` when it cannot tell.

    What went when the work was released counts: a process that merely has a CUDA context holds hundreds of megabytes
    for as long as it lives. Growth below what was placed says no. Growth that stayed is a context, unless the package
    says that it put its work there: then it may be memory that it keeps, and cannot be told from one.
    """
    needed = placed * SHARE
    if one.held is not None and one.held >= needed:
        return True
    if one.grown is None:
        return None
    if one.grown < needed:
        return False
    return None if one.held is None or claimed else False


def _claims_gpu(done: Exercised) -> bool:
    """Whether the package says that its work is on the GPU."""
    where = str(_mapping(done, "loaded", "placed").get("where", "")).lower()
    offloaded = _offloaded(done)
    return any(word in where for word in ("cuda", "gpu", "rocm", "dml")) or bool(offloaded and offloaded[0])


def _totals_are_quiet(memory: tuple[Series, ...], placed: int) -> bool:
    """Whether whole-GPU figures can bear a no: nothing but our own work may have freed memory at the same time."""
    totals = next((one for one in memory if one.source == "nvml-total"), None)
    if totals is None or not totals.bytes:
        return True
    return max(totals.bytes.values()) - min(totals.bytes.values()) < placed * SHARE


def _measured(memory: tuple[Series, ...], said: Mapping[str, bool | None]) -> str:
    yes = [one for one in memory if said[one.source]]
    sizes = ", ".join(f"{(one.held or one.grown or 0) / 1e6:,.0f} MB by {one.source}" for one in yes)
    return f"the GPU's memory held the work and let go of it: {sizes}"


def _how_it_failed(done: Exercised) -> str:
    if error := _error(done):
        return error.splitlines()[-1]
    if done.status is None:
        return "it did not end within the time limit"
    last = [*done.stages, "the start"][len(done.stages) - 1 if done.stages else 0]
    return f"its process ended with {describe_exit(done.status)}, after the stage {last!r}"


def _refused(done: Exercised) -> Iterator[str]:
    """What the package printed about a GPU that it could not use, each sentence once."""
    yield from dict.fromkeys(facts["refused"] for _, facts in done.printed if "refused" in facts)


def _placed(done: Exercised) -> int | None:
    size = _mapping(done, "loaded", "placed").get("bytes")
    return size if isinstance(size, int) and size > 0 else None


def _mapping(done: Exercised, stage: str, name: str) -> Mapping[str, Any]:
    told = done.stages[stage].facts.get(name) if stage in done.stages else None
    return told if isinstance(told, dict) else {}


def _figures(done: Exercised, stage: str) -> Mapping[str, float]:
    figures = _mapping(done, stage, "figures")
    return {str(name): float(value) for name, value in figures.items() if isinstance(value, (int, float))}


def _offloaded(done: Exercised) -> tuple[int, int] | None:
    for stage, facts in done.printed:
        if stage == "loaded" and facts.get("offloaded", "").isdecimal() and facts.get("layers", "").isdecimal():
            return int(facts["offloaded"]), int(facts["layers"])
    return None


def _buffers(done: Exercised) -> Iterator[tuple[str, float]]:
    for stage, facts in done.printed:
        if stage == "loaded" and "device" in facts and "mib" in facts:
            yield facts["device"], float(facts["mib"])


def _modules(done: Exercised) -> tuple[str, ...]:
    told = done.stages["ran"].facts.get("modules") if "ran" in done.stages else None
    return tuple(one for one in told if isinstance(one, str)) if isinstance(told, list) else ()


def _error(done: Exercised) -> str:
    told = done.stages["failed"].facts.get("error") if "failed" in done.stages else None
    return told if isinstance(told, str) else ""
