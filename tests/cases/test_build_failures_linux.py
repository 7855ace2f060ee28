"""Builds broken on purpose, by pip, scikit-build-core and CMake themselves, and what is said of their real logs.

`wontload build` finds most of this before anything runs; here pip is started as people start it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.downloads import wheel
from tests.support.logs import codes, first, verdict
from tests.support.packages import wheel_of
from tests.support.small_package import NAME, build_tools, small_package

pytestmark = [pytest.mark.oracle("gcc"), pytest.mark.xdist_group("build")]
RECORDED = Path(__file__).parents[1] / "build" / "recorded"


@pytest.fixture
def links(tmp_path: Path) -> Path:
    return build_tools(tmp_path / "links")


def pip(links: Path, *arguments: object, **variables: str) -> str:
    """What pip prints, told as a shell shows it: the variables, the command, its output."""
    own = {name: value for name, value in os.environ.items() if name not in ("CUDACXX", "CC", "CXX", "CMAKE_ARGS")}
    command = [sys.executable, "-m", "pip", *map(str, arguments)]
    environment = {**own, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(links), **variables}
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, check=False)
    told = " ".join(f'{name}="{value}"' for name, value in variables.items())
    return f"$ {told} pip {' '.join(map(str, arguments))}\n" + done.stdout.decode("utf-8", "replace")


def built(tmp_path: Path, links: Path, **variables: str) -> str:
    wheels = tmp_path / "wheels"
    return pip(links, "wheel", "-v", "--no-deps", "--wheel-dir", wheels, small_package(tmp_path), **variables)


def test_no_compiler(tmp_path, links):
    (bare := tmp_path / "bin").mkdir()
    os.symlink(shutil.which("make") or "/usr/bin/make", bare / "make")
    assert verdict(built(tmp_path, links, PATH=str(bare))) == ("fails", "WL701")


def test_no_nvcc(tmp_path, links):
    text = built(tmp_path, links, CMAKE_ARGS="-DGGML_CUDA=on", CUDACXX="/nowhere/nvcc")
    assert verdict(text) == ("fails", "WL702")


def test_a_compiler_too_new_for_nvcc():
    # nvcc 13.0.88 and CMake 3.25 printed it, with a GCC 12 that calls itself 99; paths are changed, nothing else.
    text = (RECORDED / "nvcc-13.0-refuses-gcc-99.log").read_text()
    assert verdict(text) == ("fails", "WL703")


@pytest.mark.parametrize("flag", ["LLAMA_CUBLAS", "LLAMA_QUICK", "GGML_CUDDA"])
def test_flags_obsolete_and_misspelt(tmp_path, links, flag):
    text = built(tmp_path, links, CMAKE_ARGS=f"-D{flag}=on")
    assert verdict(text) == ("fails", "WL704")
    assert flag in first(text).title


def test_a_finished_wheel_in_place_of_a_build(tmp_path, links):
    shutil.copy(wheel_of(tmp_path, NAME, {f"{NAME}/__init__.py": ""}), links)
    text = pip(links, "install", "--target", tmp_path / "site", NAME, CMAKE_ARGS="-DGGML_CUDA=on")
    assert codes(text)[0] == "WL705", text


def test_a_folder_that_another_generator_made(tmp_path):
    source, folder = small_package(tmp_path), tmp_path / "folder"
    subprocess.run([sys.executable, "-m", "zipfile", "-e", wheel("build-cmake"), tmp_path / "cmake"], check=True)
    cmake = tmp_path / "cmake" / "cmake" / "data" / "bin" / "cmake"
    cmake.chmod(0o755)
    said = ""
    for generator in ("Unix Makefiles", "Ninja"):
        command = [cmake, "-S", source, "-B", folder, "-G", generator]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        said = done.stdout
    assert verdict(said) == ("fails", "WL706")


def test_a_build_that_succeeds_is_no_cause(tmp_path, links):
    assert verdict(built(tmp_path, links))[0] == "undetermined"
