"""Real packages built from their source distributions, installed, imported and taken back, one a build backend."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.remedy.trees import tree

pytestmark = [pytest.mark.sweep, pytest.mark.oracle("gcc"), pytest.mark.xdist_group("build"), pytest.mark.timeout(9000)]

LLAMA = "import llama_cpp; print(llama_cpp.llama_cpp.llama_supports_gpu_offload())"
CONTOURPY = "import contourpy; print(len(contourpy.contour_generator(z=[[0, 1], [1, 2]]).lines(1)))"
MARKUPSAFE = "from markupsafe import _speedups; print(_speedups._escape_inner('<'))"
# Requirement, what is executed afterwards, what it prints, and the local version that the wheel gets.
PACKAGES = [
    ("llama-cpp-python==0.3.36", LLAMA, "False", "cpu"),  # scikit-build-core
    ("contourpy==1.3.3", CONTOURPY, "1", "local"),  # meson-python
    ("markupsafe==3.0.3", MARKUPSAFE, "&lt;", "local"),  # setuptools
]


@pytest.mark.parametrize(("requirement", "code", "expected", "local"), PACKAGES, ids=lambda one: one.partition("==")[0])
def test_it_is_built_works_and_is_taken_back(requirement, code, expected, local, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("WONTLOAD_STATE_DIR", str(tmp_path / "state"))
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = environment / "bin" / "python"
    before = tree(environment)
    tool = [sys.executable, "-m", "wontload"]
    done = subprocess.run(
        [*tool, "build", requirement, "--python", python, "--install"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"+{local}-" in done.stdout.replace("\n", "")
    assert subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == expected
    subprocess.run([*tool, "undo"], check=True, capture_output=True)
    assert tree(environment) == before
