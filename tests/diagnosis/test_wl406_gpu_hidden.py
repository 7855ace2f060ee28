"""WL406: a variable hides every GPU from what uses it; silent otherwise, and never more than a note."""

from __future__ import annotations

import pytest

from tests.support.gpu_machines import RTX_4070, ask
from tests.support.machines import codes, data
from wontload.diagnosis import Severity


@pytest.mark.parametrize("value", ["-1", "7", "-1,0", "99999999999999999999"])
def test_hidden(value: str):
    answer = ask("sm_89", CUDA_VISIBLE_DEVICES=value)
    (first,) = answer.findings
    assert (first.code, first.severity, first.subject) == ("WL406", Severity.NOTE, "CUDA_VISIBLE_DEVICES")
    assert data(first, "variable", "value") == [value]
    assert answer.verdict == "loads"


@pytest.mark.parametrize("value", ["0", "0,7", "GPU-6a1b", "MIG-1", "all"])
def test_not_hidden(value: str):
    assert codes(ask("sm_89", CUDA_VISIBLE_DEVICES=value)) == []


def test_silent_without_a_gpu_or_the_variable():
    assert codes(ask("sm_89")) == []
    assert codes(ask("sm_89", gpus=(), CUDA_VISIBLE_DEVICES="-1")) == []
    assert codes(ask("sm_89", gpus=None, CUDA_VISIBLE_DEVICES="-1")) == []
    assert codes(ask("sm_89", gpus=(RTX_4070, RTX_4070), CUDA_VISIBLE_DEVICES="1")) == []
    assert codes(ask("sm_89", CUDA_VISIBLE_DEVICES="")) == []  # Windows has no empty variables
