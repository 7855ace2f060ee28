"""Advice taken for real on a Windows CPython under Wine: the import ends as `works_here` said it would."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.cases.windows_case import CUDA_HOME, cuda_home, move_away
from tests.support.windows import WindowsPython
from tests.support.windows_cli import why

pytestmark = [pytest.mark.oracle("wine"), pytest.mark.xdist_group("windows-case")]
WINMODE = 'cdll_args["winmode"] = '


def judged(python: WindowsPython, **environment: str) -> dict[str, bool | None]:
    _, answer = why(python, "llama_cpp", **environment)
    return {one["id"]: one["works_here"] for one in answer["advice"]}


def imports(python: WindowsPython, before: str = "", **environment: str) -> bool:
    return python.run("-c", f"{before}import llama_cpp", env=environment).returncode == 0


def take_winmode_out(lib: Path) -> None:
    loader = lib.parent / "_ctypes_extensions.py"
    text = loader.read_text()
    assert WINMODE in text
    loader.write_text(text.replace(WINMODE, "_unused = "))


def test_with_cuda_path_set(python: WindowsPython, lib: Path):
    move_away(lib)
    said = judged(python, CUDA_PATH=CUDA_HOME)
    add = rf"import os; os.add_dll_directory(r'{CUDA_HOME}\bin'); "
    assert not imports(python, CUDA_PATH=CUDA_HOME)
    done = {
        "path": imports(python, CUDA_PATH=CUDA_HOME, PATH=rf"{CUDA_HOME}\bin"),
        "add-dll-directory": imports(python, add, CUDA_PATH=CUDA_HOME),
        "cuda-path": imports(python, CUDA_PATH=CUDA_HOME),
    }
    shutil.copy(cuda_home() / "bin" / "ggml-base.dll", lib)
    done["copy-beside"] = imports(python, CUDA_PATH=CUDA_HOME)
    os.unlink(lib / "ggml-base.dll")
    take_winmode_out(lib)
    done["no-winmode"] = done["cuda-path-and-winmode"] = imports(python, CUDA_PATH=CUDA_HOME)
    assert {name: said[name] for name in done} == done
    assert sorted(set(done.values())) == [False, True]


def test_copies_beside_it_where_the_package_does_not_put_lib_on_path(python: WindowsPython, lib: Path):
    move_away(lib)
    loader = lib.parent / "_ctypes_extensions.py"
    loader.write_text(loader.read_text().replace('os.environ["PATH"] =', "_unused ="))
    said = judged(python, CUDA_PATH=CUDA_HOME)
    shutil.copy(cuda_home() / "bin" / "ggml-base.dll", lib)
    assert said["copy-beside"] is imports(python, CUDA_PATH=CUDA_HOME)


def test_the_table(python: WindowsPython, lib: Path):
    move_away(lib)
    done = python.run("-m", "wontload", "llama_cpp", "--advice", env={"CUDA_PATH": CUDA_HOME})
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert any(line.split() == ["advice", "would", "it", "why"] for line in lines)
    (winmode,) = [line for line in lines if line.startswith("comment out winmode")]
    assert "would work" in winmode
