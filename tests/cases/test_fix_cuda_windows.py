"""bitsandbytes' CUDA library, mended with NVIDIA's own Windows wheels: half a gigabyte, so `make sweep` only."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cases.test_fix_windows import STATE
from tests.remedy.trees import tree
from tests.support.corpus import KEPT
from tests.support.downloads import wheel
from tests.support.locks import locked
from tests.support.windows import WindowsPython, windows

pytestmark = [
    pytest.mark.sweep,
    pytest.mark.oracle("wine"),
    pytest.mark.xdist_group("windows-case"),
    pytest.mark.timeout(3600),
]
# What the fix asks for, and what their libraries need in turn: fetched once and kept, so that pip in Wine takes them.
NVIDIA = ("nvidia-cublas-cu12", "nvidia-cuda-runtime-cu12", "nvidia-cusparse-cu12", "nvidia-nvjitlink-cu12")
PACKAGE = "import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'libbitsandbytes_cuda124.dll'))\n"


@pytest.fixture(scope="module")
def index() -> str:
    """A directory that has them."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with locked(KEPT / ".nvidia-cu12.lock"):
        missing = [name for name in NVIDIA if not list(KEPT.glob(f"{name.replace('-', '_')}-*win_amd64.whl"))]
        options = ["--quiet", "--no-deps", "--only-binary=:all:", "--platform=win_amd64", "--python-version=3.11"]
        if missing:
            subprocess.run([sys.executable, "-m", "pip", "download", *options, "-d", str(KEPT), *missing], check=True)
    return windows().to_windows(KEPT)


@pytest.fixture
def target(python: WindowsPython) -> Iterator[str]:
    """A package that loads bitsandbytes' library for CUDA 12.4, as bitsandbytes does where torch finds a GPU."""
    made = python.site_packages / "cuda_of_bnb"
    made.mkdir()
    shutil.unpack_archive(wheel("bitsandbytes"), python.root / "unpacked", "zip")
    shutil.copy(python.root / "unpacked" / "bitsandbytes" / "libbitsandbytes_cuda124.dll", made)
    shutil.rmtree(python.root / "unpacked")
    (made / "__init__.py").write_text(PACKAGE)
    yield made.name
    shutil.rmtree(made)
    shutil.rmtree(windows().to_host(STATE), ignore_errors=True)


def test_broken_fixed_loaded_undone_broken(python: WindowsPython, target: str, index: str):
    environment = {"WONTLOAD_STATE_DIR": STATE, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": index}
    before = tree(python.root)
    assert not imports(python, target)
    command = ["-m", "wontload", "fix", target, "--use", "runtime-wheels", "--yes", "--json", "--timeout", "600"]
    done = python.run(*command, env=environment, timeout=2400)
    assert done.returncode == 0, (done.stdout[-3000:], done.stderr)
    (attempt,) = json.loads(done.stdout)["attempts"]
    assert attempt["kept"], attempt
    assert imports(python, target)
    names = {path.name for path in python.site_packages.glob("nvidia/**/*.dll")}
    assert {"cudart64_12.dll", "cublas64_12.dll", "cublasLt64_12.dll"} <= names
    done = python.run("-m", "wontload", "undo", env=environment, timeout=1200)
    assert done.returncode == 0, done.stderr
    assert tree(python.root) == before
    assert not imports(python, target)


def imports(python: WindowsPython, target: str) -> bool:
    return python.run("-c", f"import {target}", timeout=600).returncode == 0


def test_the_wheels_are_kept(index: str):
    assert all(list(Path(KEPT).glob(f"{name.replace('-', '_')}-*.whl")) for name in NVIDIA)
