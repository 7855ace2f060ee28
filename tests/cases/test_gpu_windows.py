"""`wontload verify --gpu`, live on the official Windows CPython: real llama.cpp, no GPU, so the answer must be no.

That a GPU is used was seen on a real one (tests/gpu/recorded); Windows' counters have no real GPU here to count.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.schemas import check
from tests.support.windows import WindowsPython, windows

pytestmark = [pytest.mark.oracle("wine"), pytest.mark.xdist_group("windows-case")]


def _verify(python: WindowsPython, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = python.run("-m", "wontload", "verify", "llama_cpp", "--gpu", "--json", *arguments)
    assert done.stdout, done.stderr
    answer = json.loads(done.stdout)
    check(answer)
    return done.returncode, answer["gpu"]


def test_a_model_made_on_the_spot_is_loaded_and_computed_with(python: WindowsPython, lib: Path):
    status, gpu = _verify(python)
    assert (status, gpu["verdict"]) == (1, "cpu-only"), gpu
    assert "no GPU is seen on this machine" in gpu["why"]
    assert [one["name"] for one in gpu["registered"]["devices"]] == ["CPU"]
    assert gpu["figures"]["tokens/s"] > 0
    assert gpu["figures_on_processor"]["tokens/s"] > 0
    assert gpu["placed_bytes"] > 50_000_000
    assert any("n_gpu_layers" in remark for remark in gpu["remarks"])
    assert {one["source"] for one in gpu["unasked"]} == {"nvml", "windows-counters"}


def test_a_baseline_is_written_once_and_then_compared_with(python: WindowsPython, lib: Path):
    directory = windows().drive / "baseline ü"
    directory.mkdir(exist_ok=True)
    file = directory / "gpu.json"
    file.unlink(missing_ok=True)
    name = windows().to_windows(file)
    status, first = _verify(python, "--baseline", name)
    saved = json.loads(file.read_text(encoding="utf-8"))
    assert (status, first["baseline"]) == (1, None)
    assert saved["versions"]["kinako-llama-cpp"]
    saved["figures"]["tokens/s"] *= 1000
    file.write_text(json.dumps(saved), encoding="utf-8")
    _, second = _verify(python, "--baseline", name)
    assert any(sentence.startswith("tokens/s") for sentence in second["baseline"]["worse"])


def test_a_broken_import_is_not_put_to_work(python: WindowsPython, lib: Path):
    (lib / "ggml-base.dll").unlink()
    status, gpu = _verify(python)
    assert (status, gpu["verdict"]) == (1, "failed")
