"""`wontload verify TARGET --gpu`: does it really compute on the GPU? Measured, in a child of its interpreter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from wontload.diagnosis import Diagnosis
from wontload.diagnosis.gpu import comes_with_a_driver, described, suite
from wontload.diagnosis.rules.wl405_cpu_only import build_for_the_cpu
from wontload.gpu.exercising import exercise
from wontload.gpu.meter import Meter
from wontload.gpu.verdict import GpuUse, GpuVerdict, judge
from wontload.knowledge.gpu_exercises import GpuExercise, gpu_exercise, gpu_exercises
from wontload.knowledge.packages import import_name_for
from wontload.machine.inventory import Driver, Gpu

LEAVES_THE_GPU_ALONE = ("WL402", "WL403", "WL404", "WL405", "WL406")


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuProof:
    """What was measured, on what.

    Attributes:
        verdict: of the measurement; `undetermined` for a package that no exercise is written for. use: the
            measurement; `None` when it was not made. why: sentences, the deciding one first. remarks: what else a
            reader must know. gpus, drivers: that are here. distributions: that the package came from, as (name,
            version). libraries: mapped while it worked that are of the GPU's software. unasked: sources of memory
            figures that gave no answer, and why.
    """

    verdict: GpuVerdict
    use: GpuUse | None = None
    why: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    gpus: tuple[Gpu, ...] = ()
    drivers: tuple[Driver, ...] = ()
    distributions: tuple[tuple[str, str], ...] = ()
    libraries: tuple[str, ...] = ()
    unasked: tuple[tuple[str, str], ...] = ()
    would_settle: tuple[str, ...] = ()


def prove_gpu(
    diagnosis: Diagnosis,
    *,
    python: str,
    model: str | None = None,
    timeout_s: float = 300.0,
    environment: Mapping[str, str] | None = None,
    told: Callable[[str], None] = lambda stage: None,
) -> GpuProof:
    """Put the target of a diagnosis to work.

    Args:
        diagnosis: of an import; of one that fails nothing is tried. python: the interpreter's path. model: a file of
            one's own for packages that load models. timeout_s: for all of it. environment: of the child. told: called
            with the name of each stage.

    Raises:
        WontloadError: as `gpu.exercise` does.
    """
    target = import_name_for(diagnosis.target) or diagnosis.target
    known = gpu_exercise(target)
    if known is None:
        names = ", ".join(one.import_name for one in gpu_exercises())
        why = f"no exercise is written for {diagnosis.target}; there are some for {names}"
        return GpuProof(verdict=GpuVerdict.UNDETERMINED, why=(why,))
    if diagnosis.verdict not in ("loads", "degraded"):
        return GpuProof(verdict=GpuVerdict.FAILED, why=("it does not load, so it was not put to work",))
    meter = Meter(environment=environment)
    done = exercise(
        known,
        python=python,
        sample=meter.sample,
        model=model,
        timeout_s=timeout_s,
        environment=environment,
        told=told,
    )
    return _proof(diagnosis, known, judge(done), meter.unasked)


def for_baseline(proof: GpuProof) -> dict[str, object]:
    """What a later measurement is held against: plain values, for a file."""
    use = proof.use
    held = [one.held for one in use.memory if one.held is not None and one.source != "nvml-total"] if use else []
    versions = {
        **dict(proof.distributions),
        **{f"{one.vendor} driver": one.version for one in proof.drivers},
        **{f"GPU {number}": one.name for number, one in enumerate(proof.gpus)},
    }
    return {
        "verdict": proof.verdict.value,
        "versions": versions,
        "figures": dict(use.figures) if use else {},
        "offloaded": use.offloaded[0] if use and use.offloaded else None,
        "held_bytes": held[0] if held else None,
    }


def _proof(diagnosis: Diagnosis, known: GpuExercise, use: GpuUse, unasked: Mapping[str, str]) -> GpuProof:
    inventory = diagnosis.machine.inventory
    gpus, observation = inventory.gpus or (), diagnosis.case.observation if diagnosis.case else None
    distributions = observation.distributions if observation else ()
    why, verdict = [*use.why], use.verdict
    if verdict is GpuVerdict.UNDETERMINED and not gpus and not inventory.drivers:
        why, verdict = [], GpuVerdict.CPU_ONLY  # nothing to measure, for there is nothing
    if verdict is not GpuVerdict.USED:
        why += _why_not(diagnosis, use, gpus)
    return GpuProof(
        verdict=verdict,
        use=use,
        why=tuple(dict.fromkeys(why)),
        remarks=tuple(_remarks(known, use, distributions)),
        gpus=gpus,
        drivers=inventory.drivers or (),
        distributions=tuple(distributions),
        libraries=tuple(_libraries(diagnosis, use)),
        unasked=tuple(unasked.items()),
        would_settle=tuple(_would_settle(verdict, gpus)),
    )


def _why_not(diagnosis: Diagnosis, use: GpuUse, gpus: tuple[Gpu, ...]) -> Iterator[str]:
    """Reasons that are known, beside what was measured."""
    for finding in diagnosis.findings:
        if finding.code in LEAVES_THE_GPU_ALONE:
            yield f"{finding.code}: {finding.title}"
    if not gpus:
        yield "no GPU is seen on this machine"
    if not gpus and diagnosis.case is not None and (found := build_for_the_cpu(diagnosis.case)):
        yield f"WL405: this {found[0].import_name} is a build for the CPU alone, and would not use one"
    elif use.registered.get("gpu_offload") is False:
        yield "the package itself says that it can use no GPU here"
    if use.offloaded is not None and use.offloaded[0] == 0:
        yield f"0 of {use.offloaded[1]} layers went to the GPU, though all were asked for"


def _remarks(known: GpuExercise, use: GpuUse, distributions: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for name, version in distributions:
        if local := version.partition("+")[2]:
            yield f"{name}'s version ends in +{local}: that says what it was built for, not that the GPU is used"
    default = use.registered.get("default_layers")
    if known.default and default == 0:
        yield known.default.format(default_layers=default)


def _libraries(diagnosis: Diagnosis, use: GpuUse) -> Iterator[str]:
    """Images mapped while it worked that belong to a GPU's software: the driver's, CUDA's, or a backend by its name."""
    base = diagnosis.case.path_module.basename if diagnosis.case else str
    for path in use.modules:
        name = base(path)
        if comes_with_a_driver(name) or suite(name) in ("cuda", "cudnn", "tensorrt") or _is_backend(name):
            yield path


def _is_backend(name: str) -> bool:
    """The backends of ggml and ONNX Runtime, and PyTorch's CUDA half, as they name their libraries."""
    return any(part in name.lower() for part in ("cuda", "vulkan", "hip", "sycl", "metal", "rocm"))


def _would_settle(verdict: GpuVerdict, gpus: tuple[Gpu, ...]) -> Iterator[str]:
    if verdict is GpuVerdict.UNDETERMINED:
        seen = f" ({', '.join(described(one) for one in gpus)})" if gpus else ""
        yield f"Close other programs that use the GPU{seen} and run `wontload verify TARGET --gpu` again."
