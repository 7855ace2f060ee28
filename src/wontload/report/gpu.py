"""What was measured of a package's work on the GPU, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from wontload.app.gpu import GpuProof
from wontload.gpu.memory import STAGES, Series
from wontload.gpu.verdict import GpuUse, GpuVerdict
from wontload.report.layout import Line, Span, draw, flow, labelled, listed, words
from wontload.report.screen import Terminal
from wontload.report.settle import settle_section
from wontload.report.text import base_name

SAID = {
    GpuVerdict.USED: ("the GPU is used", "good"),
    GpuVerdict.CPU_ONLY: ("it works, and the GPU is not used", "error"),
    GpuVerdict.FAILED: ("it could not be put to work on the GPU", "error"),
    GpuVerdict.UNDETERMINED: ("whether the GPU is used cannot be told", "warning"),
}
SOURCES = {
    "nvml-process": "this process, by the driver (NVML)",
    "nvml-total": "all GPUs, by the driver (NVML)",
    "windows-counters": "this process, by Windows' counters",
}
MEGABYTE = 1e6
MOST_LIBRARIES = 8


def render_gpu(
    proof: GpuProof,
    terminal: Terminal,
    *,
    worse: Sequence[str] | None = None,
    changed: Sequence[str] = (),
    kept: str | None = None,
) -> str:
    """The verdict, why, the figures, and what is worse than the baseline.

    Args:
        proof: what was measured. worse, changed: against a baseline, one sentence each; `None` without one.
        kept: the file that this measurement was written to, as the baseline of later ones.
    """
    words_of, style = SAID[proof.verdict]
    lines: list[Line] = [[], [Span(words_of, style)]]
    width = terminal.width
    for number, reason in enumerate(proof.why):
        lines += labelled("because" if number == 0 else "", words(reason), width)
    for one in proof.gpus:
        lines += labelled("GPU", words(one.name), width)
    if proof.use is not None:
        lines += _measured(proof.use, width, compared=proof.verdict is GpuVerdict.USED)
        names = [base_name(path) for path in proof.libraries[:MOST_LIBRARIES]]
        lines += labelled("mapped", listed(names, "·"), width) if names else []
    for source, reason in proof.unasked:
        lines += labelled("not asked", words(f"{source}: {reason}", "dim"), width)
    for remark in proof.remarks:
        lines += labelled("note", words(remark), width)
    if worse:
        lines += [[], [Span("worse than the baseline", "warning")]]
        for sentence in worse:
            lines += flow(words(sentence), width, [Span(f"  {terminal.glyphs.bullet} ", "dim")], 4)
    elif worse is not None:
        lines += labelled("baseline", words("nothing is worse than it"), width)
    if kept:
        lines += labelled("baseline", words(f"this measurement, in {kept}; later ones are held against it"), width)
    for sentence in changed:
        lines += labelled("changed", words(sentence), width)
    lines += settle_section(proof.would_settle, terminal)
    return draw(lines, terminal)


def _measured(use: GpuUse, width: int, *, compared: bool) -> Iterator[Line]:
    for device in _devices(use.registered):
        yield from labelled("registered", words(device), width)
    if use.offloaded:
        yield from labelled("layers", words(f"{use.offloaded[0]} of {use.offloaded[1]} on the GPU"), width)
    for device, size in use.buffers:
        yield from labelled("model on", words(f"{device}: {size:,.0f} MiB"), width)
    for one in use.memory:
        yield from labelled("memory", words(f"{SOURCES[one.source]}: {_course(one)}"), width)
        if one.remark:
            yield from labelled("", words(one.remark, "dim"), width)
    for name, value in use.figures.items():
        yield from labelled(
            "speed", words(_speed(name, value, use.on_processor.get(name) if compared else None)), width
        )


def _devices(registered: Mapping[str, object]) -> Iterator[str]:
    devices = registered.get("devices")
    for one in devices if isinstance(devices, list) else ():
        if isinstance(one, dict):
            yield f"{one.get('name', '')}: {one.get('description', '')}"
    compiled_in = registered.get("compiled_in")
    if isinstance(compiled_in, list):
        yield f"compiled in, which is no proof: {', '.join(map(str, compiled_in))}"


def _course(one: Series) -> str:
    """`started 0, loaded 612, ran 640, released 544 MB`."""
    stages = [f"{stage} {one.bytes[stage] / MEGABYTE:,.0f}" for stage in STAGES if stage in one.bytes]
    return ", ".join(stages) + " MB"


def _speed(name: str, value: float, other: float | None) -> str:
    if not other:
        return f"{value:,.1f} {name}"
    return f"{value:,.1f} {name}, with the processor alone {other:,.1f} ({value / other:.1f} times)"
