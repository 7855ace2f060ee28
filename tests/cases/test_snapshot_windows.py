"""The case as a saved machine: what a Windows Python saves under Wine is diagnosed here as it is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cases.windows_case import CUDA_HOME, move_away
from tests.support.cli import why as why_here
from tests.support.windows import WindowsPython
from tests.support.windows_cli import why
from wontload.machine.redaction import Redaction

pytestmark = [pytest.mark.oracle("wine"), pytest.mark.xdist_group("windows-case")]


def test_the_case_itself(python: WindowsPython, lib: Path, tmp_path: Path):
    move_away(lib)
    _, live = why(python, "llama_cpp", CUDA_PATH=CUDA_HOME)
    for options in (["--no-redact"], []):
        done = python.run("-m", "wontload", "snapshot", "llama_cpp", "-o", "-", *options, env={"CUDA_PATH": CUDA_HOME})
        assert (done.returncode, done.stderr) == (0, "")
        place = tmp_path / "box.json"
        place.write_text(done.stdout)
        if options:
            redaction = Redaction.of(json.loads(done.stdout))
            redaction(json.loads(done.stdout))
        expected = live if options else redaction(live)
        _, there = why_here("llama_cpp", "--machine", str(place))
        assert json.dumps(there["findings"], indent=1) == json.dumps(expected["findings"], indent=1)
