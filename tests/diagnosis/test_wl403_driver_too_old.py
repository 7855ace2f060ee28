"""WL403: a driver older than the runtime or than all the PTX needs; silent where it is new enough or not known."""

from __future__ import annotations

from dataclasses import replace

from tests.support.gpu_machines import NEW, OLD, RTX_4070, ask
from tests.support.machines import codes, told
from wontload.diagnosis import Severity


def test_older_than_the_runtime_needs():
    answer = ask(driver=OLD)
    (first,) = answer.findings
    assert (first.code, first.severity, first.subject) == ("WL403", Severity.WARNING, "cudart64_12.dll")
    assert first.title.startswith("the NVIDIA driver 471.41 is too old for CUDA 12, which needs 52")
    assert "takes CUDA up to 11.4" in told(first)
    assert answer.verdict == "loads"  # the first call is what fails


def test_all_code_is_ptx_that_it_does_not_know():
    (first,) = ask("compute_80", ptx=(8, 7)).findings
    assert (first.code, first.subject) == ("WL403", "ggml-cuda.dll")
    assert "CUDA 12.8" in first.explanation


def test_silent():
    assert codes(ask()) == []
    assert codes(ask(driver=None)) == []
    assert codes(ask(driver=replace(OLD, version="", cuda=None))) == []  # not known is not old
    assert codes(ask(driver=replace(OLD, cuda=(12, 2)))) == []  # it says itself that it takes CUDA 12
    assert codes(ask("compute_80", "sm_89", ptx=(8, 7))) == []
    assert codes(ask("compute_80", driver=replace(NEW, cuda=None), gpus=(RTX_4070,), ptx=(8, 7))) == []
