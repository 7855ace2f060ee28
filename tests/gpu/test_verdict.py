"""The verdict follows from the memory measured, and from nothing that the package says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from wontload.gpu.exercising import Exercised, Stage
from wontload.gpu.memory import Sample
from wontload.gpu.verdict import GpuVerdict, judge

PID = 100
RECORDED = json.loads((Path(__file__).parent / "recorded" / "h100.json").read_text(encoding="utf-8"))


def _done(memory: Mapping[str, Mapping[str, int]], *, placed: int = 1000, where: str = "", **more: Any) -> Exercised:
    stages = ("started", "imported", "loaded", "ran", "released")
    facts: dict[str, dict[str, Any]] = {stage: {} for stage in stages}
    facts["loaded"] = {"placed": {"bytes": placed, "where": where}}
    own, totals = memory.get("nvml-process"), memory.get("nvml-total", {})
    samples = {
        stage: Sample(
            used={"GPU": totals[stage]} if stage in totals else {},
            processes={("GPU", PID): own[stage]} if own else None,
            counters=memory.get("windows-counters", {}).get(stage),
        )
        for stage in stages
    }
    return Exercised(
        stages={stage: Stage(name=stage, seconds=None, facts=facts[stage]) for stage in stages},
        samples=samples,
        pid=PID,
        **more,
    )


def _course(*sizes: int) -> dict[str, int]:
    return dict(zip(("started", "imported", "loaded", "ran", "released"), sizes, strict=True))


@pytest.mark.parametrize("name", [name for name in RECORDED if name != "provenance"])
def test_what_was_recorded_on_a_real_gpu(name: str):
    told = RECORDED[name]
    use = judge(_done(told["memory"], placed=told["placed_bytes"], where=told["where"]))
    assert use.verdict is (GpuVerdict.CPU_ONLY if "CPU build" in name or "hidden" in name else GpuVerdict.USED)


def test_a_context_alone_is_no_use_of_the_gpu():
    """CUDA keeps hundreds of megabytes for any process that has touched it."""
    use = judge(_done({"nvml-process": _course(0, 0, 500_000, 500_000, 500_000)}, where="cpu"))
    assert use.verdict is GpuVerdict.CPU_ONLY


def test_memory_that_is_kept_cannot_be_told_from_a_context():
    use = judge(_done({"nvml-process": _course(0, 0, 500_000, 500_000, 500_000)}, where="cuda:0"))
    assert use.verdict is GpuVerdict.UNDETERMINED


def test_what_the_package_says_proves_nothing():
    use = judge(_done({"nvml-process": _course(0, 0, 0, 0, 0)}, where="cuda:0"))
    assert use.verdict is GpuVerdict.CPU_ONLY


def test_the_process_s_own_figure_stands_before_the_totals():
    """Another program freed as much as ours took."""
    memory = {"nvml-process": _course(0, 0, 1500, 1500, 300), "nvml-total": _course(9000, 9000, 9000, 9000, 9000)}
    assert judge(_done(memory)).verdict is GpuVerdict.USED


def test_totals_that_move_for_other_reasons_decide_nothing():
    memory = {"nvml-total": _course(9000, 9000, 5000, 5000, 5000)}
    use = judge(_done(memory))
    assert use.verdict is GpuVerdict.UNDETERMINED
    assert "other programs" in use.why[0]


def test_windows_counters_decide_where_the_driver_names_no_process():
    memory = {"windows-counters": _course(0, 0, 1400, 1500, 300), "nvml-total": _course(10, 10, 1500, 1600, 400)}
    use = judge(_done(memory))
    assert use.verdict is GpuVerdict.USED
    assert "windows-counters" in use.why[0]


def test_sources_of_the_process_that_contradict_each_other():
    memory = {"windows-counters": _course(0, 0, 0, 0, 0), "nvml-process": _course(0, 0, 1500, 1500, 300)}
    assert judge(_done(memory)).verdict is GpuVerdict.UNDETERMINED


def test_no_source_at_all():
    assert judge(_done({})).verdict is GpuVerdict.UNDETERMINED


def test_layers_and_buffers_are_those_of_the_run_that_asked_for_the_gpu():
    printed = (
        ("loaded", {"offloaded": "9", "layers": "9"}),
        ("loaded", {"device": "CUDA0", "mib": "53.03"}),
        ("compared", {"offloaded": "0", "layers": "9"}),
    )
    use = judge(_done({"nvml-process": _course(0, 0, 1500, 1500, 300)}, printed=printed))
    assert (use.offloaded, use.buffers) == ((9, 9), (("CUDA0", 53.03),))


def test_a_crash_and_a_time_limit_are_told_apart():
    started = {"started": Stage(name="started", seconds=None, facts={})}
    crashed = judge(Exercised(stages=started, samples={}, pid=PID, status=-11))
    late = judge(Exercised(stages=started, samples={}, pid=PID, status=None))
    assert crashed.verdict is late.verdict is GpuVerdict.FAILED
    assert "SIGSEGV" in crashed.why[0]
    assert "time limit" in late.why[0]


def test_what_the_package_printed_of_the_gpu_stands_before_how_it_ended():
    """llama.cpp built for sm_75 alone, on an H100: it aborts with this line."""
    stages = {name: Stage(name=name, seconds=None, facts={}) for name in ("started", "imported", "loaded")}
    said = "CUDA error: no kernel image is available for execution on the device"
    use = judge(Exercised(stages=stages, samples={}, pid=PID, status=-6, printed=(("failed", {"refused": said}),)))
    assert use.verdict is GpuVerdict.FAILED
    assert use.why[0] == said
    assert "SIGABRT" in use.why[1]
