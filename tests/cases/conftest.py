"""A real Windows CPython with the tool in it and llama_cpp beside it, made once for all tests of the case."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cases.windows_case import CUDA_HOME
from tests.support.downloads import wheel
from tests.support.windows import WindowsPython, windows

ROOT = Path(__file__).resolve().parents[2]
LLAMA = ("kinako-llama-cpp", "numpy", "markupsafe", "jinja2", "typing_extensions", "diskcache")
NEEDED = ("build-packaging", "platformdirs", "truststore", "urllib3")  # by the tool itself, as pyproject.toml says


@pytest.fixture(scope="session")
def tool_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tool as pip would publish it."""
    directory = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(directory), str(ROOT)]
    subprocess.run(command, check=True, timeout=200)
    return next(directory.glob("wontload-*.whl"))


@pytest.fixture(scope="session")
def python(tool_wheel: Path) -> Iterator[WindowsPython]:
    """A whole Windows Python with the tool in it (by its own pip), and llama_cpp with all that it needs."""
    win = windows()
    with win.python("case") as made:
        made.install(wheel("pip"), *(wheel(name) for name in LLAMA))
        for extra in ("bin", "lib", "include"):  # the wheel's own tree for compilers holds second copies of the DLLs
            shutil.rmtree(made.site_packages / extra)
        record = next(made.site_packages.glob("kinako_llama_cpp-*.dist-info")) / "RECORD"
        lines = record.read_text().splitlines(keepends=True)
        record.write_text("".join(line for line in lines if not line.startswith(("bin/", "lib/", "include/"))))
        needs = {win.to_windows(wheel(name).parent) for name in NEEDED}
        command = ["install", "--no-index", "--find-links", *needs, "--no-warn-script-location"]
        done = made.run("-m", "pip", *command, win.to_windows(tool_wheel), timeout=250)
        assert done.returncode == 0, done.stderr
        yield made


@pytest.fixture
def lib(python: WindowsPython, tmp_path: Path) -> Iterator[Path]:
    """`llama_cpp\\lib`, put back as it was afterwards; what CUDA_PATH names is gone afterwards."""
    package = python.site_packages / "llama_cpp"
    kept = tmp_path / "llama_cpp"
    shutil.copytree(package, kept)
    yield package / "lib"
    shutil.rmtree(package)
    shutil.copytree(kept, package)
    shutil.rmtree(windows().to_host(CUDA_HOME), ignore_errors=True)
