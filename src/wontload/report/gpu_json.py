"""What was measured of a package's work on the GPU, as a part of `wontload.verify/1`."""

from __future__ import annotations

from collections.abc import Sequence

from wontload.app.gpu import GpuProof
from wontload.gpu.memory import Series
from wontload.report.load_json import Object


def gpu_to_json(proof: GpuProof, *, worse: Sequence[str] | None = None, changed: Sequence[str] = ()) -> Object:
    """The object `gpu`. `worse` is `None` where there is no baseline to compare with."""
    use = proof.use
    return {
        "verdict": proof.verdict.value,
        "why": list(proof.why),
        "remarks": list(proof.remarks),
        "gpus": [one.name for one in proof.gpus],
        "drivers": [{"vendor": one.vendor, "version": one.version} for one in proof.drivers],
        "registered": dict(use.registered) if use else {},
        "memory": [_series(one) for one in use.memory] if use else [],
        "placed_bytes": use.placed_bytes if use else None,
        "offloaded": {"layers": use.offloaded[0], "of": use.offloaded[1]} if use and use.offloaded else None,
        "buffers": [{"device": device, "mib": size} for device, size in use.buffers] if use else [],
        "figures": dict(use.figures) if use else {},
        "figures_on_processor": dict(use.on_processor) if use else {},
        "libraries": list(proof.libraries),
        "unasked": [{"source": source, "why": why} for source, why in proof.unasked],
        "baseline": None if worse is None else {"worse": list(worse), "changed": list(changed)},
        "would_settle": list(proof.would_settle),
    }


def _series(one: Series) -> Object:
    return {
        "source": one.source,
        "bytes": dict(one.bytes),
        "grown_bytes": one.grown,
        "held_bytes": one.held,
        "remark": one.remark,
    }
