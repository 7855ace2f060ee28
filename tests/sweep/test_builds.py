"""Real packages built from their source distributions, installed, imported and taken back, one a build backend."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.remedy.trees import tree

pytestmark = [pytest.mark.sweep, pytest.mark.oracle("gcc"), pytest.mark.xdist_group("build"), pytest.mark.timeout(9000)]

LLAMA = "import llama_cpp; print(llama_cpp.llama_cpp.llama_supports_gpu_offload())"
CONTOURPY = "import contourpy; print(len(contourpy.contour_generator(z=[[0, 1], [1, 2]]).lines(1)))"
MARKUPSAFE = "from markupsafe import _speedups; print(_speedups._escape_inner('<'))"
UJSON = "import ujson; print(ujson.loads('[1]'))"
# Whether it took Debian's libzmq, and not the one that its build downloads where there is none.
PYZMQ = """
import subprocess, zmq
print(zmq.zmq_version() == subprocess.check_output(["pkg-config", "--modversion", "libzmq"], text=True).strip())
"""
ZMQ_HERE = shutil.which("pkg-config") and not subprocess.run(["pkg-config", "libzmq"], check=False).returncode
# Requirement, what is executed afterwards, what it prints, and the local version that the wheel gets.
PACKAGES = [
    ("llama-cpp-python==0.3.36", LLAMA, "False", "cpu"),  # scikit-build-core
    ("contourpy==1.3.3", CONTOURPY, "1", "local"),  # meson-python
    ("markupsafe==3.0.3", MARKUPSAFE, "&lt;", "local"),  # setuptools, C
    ("ujson==6.1.0", UJSON, "[1]", "local"),  # setuptools, C++
    pytest.param(  # scikit-build-core, Cython, a library of the distribution's
        *("pyzmq==27.1.0", PYZMQ, "True", "local"),
        marks=pytest.mark.skipif(not ZMQ_HERE, reason="no libzmq3-dev here (scripts/install-oracles sweep)"),
    ),
]


@pytest.mark.parametrize(
    ("requirement", "code", "expected", "local"),
    PACKAGES,
    ids=["llama-cpp-python", "contourpy", "markupsafe", "ujson", "pyzmq"],
)
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
    print(next((tmp_path / "state" / "builds").glob("*.log")).read_text().splitlines()[-1])  # what it took: pytest -rP
    assert subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == expected
    subprocess.run([*tool, "undo"], check=True, capture_output=True)
    assert tree(environment) == before
