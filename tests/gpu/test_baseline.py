"""A later measurement against an earlier one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wontload.errors import WontloadError
from wontload.gpu.baseline import compare, from_text, to_text


def _measured(**changed: Any) -> dict[str, Any]:
    return {
        "verdict": "used",
        "versions": {"llama_cpp_python": "0.3.36", "nvidia driver": "580.1"},
        "figures": {"tokens/s": 100.0, "prompt tokens/s": 1000.0},
        "offloaded": 9,
        "held_bytes": 60_000_000,
        **changed,
    }


def test_the_same_is_neither_worse_nor_different():
    assert compare(_measured(), _measured(figures={"tokens/s": 80.0, "prompt tokens/s": 1300.0})) == ((), ())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"verdict": "cpu-only"}, "the verdict was used and is cpu-only"),
        ({"verdict": "failed"}, "the verdict was used and is failed"),
        ({"figures": {"tokens/s": 50.0}}, "tokens/s: 100 before, 50 now (0.50 of it)"),
        ({"offloaded": 4}, "layers on the GPU: 9 before, 4 now"),
        ({"held_bytes": 90_000_000}, "memory of the GPU: 60 MB before, 90 MB now"),
    ],
)
def test_what_is_worse_is_said(changed: dict[str, Any], said: str):
    assert compare(_measured(), _measured(**changed))[0] == (said,)


def test_a_new_driver_is_told_and_is_not_worse():
    new = _measured(versions={"llama_cpp_python": "0.3.36", "nvidia driver": "581.2"})
    assert compare(_measured(), new) == ((), ("nvidia driver: 580.1 before, 581.2 now",))


def test_there_and_back():
    assert compare(from_text(to_text(_measured()), "x"), _measured()) == ((), ())


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 1}', "[" * 100_000])
def test_a_file_that_is_none(text: str):
    with pytest.raises(WontloadError, match="is not a baseline"):
        from_text(text, "base.json")


def test_a_hostile_one_is_read_as_data():
    hostile = {"schema": "wontload.gpu-baseline/1", "figures": {"tokens/s": "x"}, "versions": [], "offloaded": "9"}
    assert compare(from_text(json.dumps(hostile), "x"), _measured()) == ((), ())
