"""Which of a source's figures belong to the process, and what was held while it worked."""

from __future__ import annotations

from wontload.gpu.memory import Sample, of_counters, series

GPU = "GPU-1"


def _samples(**stages: dict[tuple[str, int], int] | None) -> dict[str, Sample]:
    return {
        stage: Sample(used={GPU: sum((processes or {}).values())}, processes=processes)
        for stage, processes in stages.items()
    }


def test_the_process_by_its_own_number():
    samples = _samples(started={(GPU, 7): 50}, loaded={(GPU, 7): 50, (GPU, 9): 700}, released={(GPU, 9): 600})
    own = series(samples, pid=9)[0]
    assert (own.source, own.grown, own.held, own.remark) == ("nvml-process", 700, 100, "")


def test_inside_a_container_the_newcomer_is_ours_and_that_is_said():
    samples = _samples(started={}, loaded={(GPU, 4711): 700}, released={(GPU, 4711): 600})
    own = series(samples, pid=9)[0]
    assert (own.grown, own.held) == (700, 100)
    assert "4711" in own.remark


def test_two_newcomers_are_nobody_s():
    samples = _samples(started={}, loaded={(GPU, 1): 700, (GPU, 2): 700}, released={})
    own = series(samples, pid=9)[0]
    assert own.most == 0
    assert "others are listed" in own.remark


def test_an_empty_list_may_be_one_that_is_not_shown():
    samples = {stage: Sample(used={GPU: 5}, processes={}) for stage in ("started", "loaded", "released")}
    assert [one.source for one in series(samples, pid=9)] == ["nvml-total"]


def test_a_source_without_the_start_tells_no_growth():
    samples = {"loaded": Sample(used={GPU: 9}), "released": Sample(used={GPU: 2})}
    (totals,) = series(samples, pid=1)
    assert (totals.grown, totals.held) == (None, 7)


def test_windows_instances_are_told_apart_by_the_whole_number():
    """Names as Microsoft documents them: pid_NUMBER_luid_0xHIGH_0xLOW_phys_INDEX."""
    instances = [
        ("pid_42_luid_0x00000000_0x0000D3A1_phys_0", 600),
        ("pid_42_luid_0x00000000_0x0000E111_phys_0", 5),
        ("pid_4242_luid_0x00000000_0x0000D3A1_phys_0", 7000),
    ]
    assert of_counters(instances, 42) == 605
    assert of_counters(instances, 43) == 0
