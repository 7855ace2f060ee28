"""`wontload build` for Windows: a cross-built package in the official Windows CPython, and a prompt in a real cmd.

No compiler of Microsoft's takes part: what stands for Visual Studio is a batch file of that name that sets variables.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli import wontload
from tests.support.schemas import check
from tests.support.small_package import NAME, build_tools, small_package
from tests.support.windows import WindowsPython, windows

pytestmark = [pytest.mark.oracle("wine"), pytest.mark.oracle("mingw")]
SOURCES = Path(__file__).parents[2] / "src"
# What tells CMake and scikit-build-core that the wheel is for Windows. Source: CMake, cmake-toolchains(7), "Cross
# Compiling"; CPython, Lib/sysconfig.py, `_PYTHON_HOST_PLATFORM`.
CROSS = ("-D", "CMAKE_SYSTEM_NAME=Windows", "-D", "CMAKE_SYSTEM_PROCESSOR=AMD64", "-D",
         "CMAKE_C_COMPILER=x86_64-w64-mingw32-gcc")  # fmt: skip
BATCH = r"""@echo off
set "VSCMD_ARG=%*"
set "INCLUDE=C:\odd (x86) & co\include"
set "PATH=C:\odd\bin;%PATH%"
exit /b 0
"""
PROMPT = """
import os, sys
from wontload.build.studio import Studio
from wontload.build.vcvars import NoPrompt, prompt_of
from wontload.machine.inventory import VisualStudio
instance = VisualStudio(product="BuildTools", year="2022", directory=sys.argv[1])
studio = Studio(instance=instance, toolset="14.38.33130", newest=False, generator="Ninja", why="")
try:
    found = prompt_of(studio, os.environ)
except NoPrompt as error:
    print(error)
else:
    print(found["VSCMD_ARG"], found["INCLUDE"], found["PATH"].split(";")[0], sep="\\n")
"""


PURE = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "oddpure"
version = "1.0"
"""
# A build backend after PEP 517 that needs nothing: what it was told is what the module says.
BACKEND = """
import os, zipfile

def build_wheel(directory, config_settings=None, metadata_directory=None):
    info = "oddpure-1.0.dist-info"
    said = " ".join((os.environ["CMAKE_ARGS"], str(os.environ.get("CFLAGS"))))
    files = {
        "oddpure.py": f"said = {said!r}\\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\\nName: oddpure\\nVersion: 1.0\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: odd\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\\n" for name in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(os.path.join(directory, "oddpure-1.0-py3-none-any.whl"), "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return "oddpure-1.0-py3-none-any.whl"
"""


@pytest.fixture
def python():
    with windows().python("build") as one:
        yield one


def run(python: WindowsPython, *arguments: str):
    return python.run(*arguments, env={"PYTHONPATH": python.windows.to_windows(SOURCES)})


def test_a_wheel_that_was_cross_built_imports_in_the_real_windows_python(tmp_path, python):
    command = ("build", NAME, "--source", str(small_package(tmp_path)), "--offline", "--find-links")
    ran = wontload(
        *command, str(build_tools(tmp_path / "links")), *CROSS, "--json",
        _PYTHON_HOST_PLATFORM="win-amd64", WONTLOAD_STATE_DIR=str(tmp_path / "state"),
    )  # fmt: skip
    assert ran.status == 0, (ran.out, ran.err)
    wheel = Path(ran.json["wheel"])
    assert wheel.name.endswith("-py3-none-win_amd64.whl")
    python.install(wheel)
    done = python.run("-c", f"import {NAME}; print({NAME}.tiny.tiny_answer())")
    assert done.stdout.strip() == "42", done.stderr


def studio(python: WindowsPython, batch: str) -> str:
    """A directory that looks like an instance; its Windows path."""
    root = python.root / "Visual Studio (x86) & co"
    place = root / "VC" / "Auxiliary" / "Build"
    place.mkdir(parents=True)
    (place / "vcvarsall.bat").write_bytes(batch.replace("\n", "\r\n").encode())
    return python.windows.to_windows(root)


def test_the_prompt_of_an_instance_gives_its_variables(python):
    done = run(python, "-c", PROMPT, studio(python, BATCH))
    lines = done.stdout.splitlines()
    assert lines[1:] == [r"C:\odd (x86) & co\include", r"C:\odd\bin"], (done.stdout, done.stderr)
    assert lines[0].startswith("x64 -vcvars_ver=14.38")


@pytest.mark.parametrize("batch", ["@exit /b 1\n", "@echo wontload-variables\n@exit 3\n"])
def test_a_prompt_that_fails_is_a_sentence(python, batch):
    done = run(python, "-c", PROMPT, studio(python, batch))
    assert "vcvarsall.bat failed" in done.stdout, done.stderr


def test_its_script_for_cmd_builds_installs_and_imports(python):
    """A package without compiled code: what a compiler does is not this script's own."""
    source, work = python.root / "a source (x86) & 100%", python.root / "work here"
    for directory in (source, work):
        directory.mkdir()
    (source / "backend.py").write_text(BACKEND)
    (source / "pyproject.toml").write_text(PURE)
    arguments = ("--source", python.windows.to_windows(source), "-D", "ODD=a b", "--script", "cmd")
    script = run(python, "-m", "wontload", "build", "oddpure", *arguments)
    assert script.returncode == 0, script.stderr
    (work / "build.cmd").write_text(script.stdout, newline="\r\n")
    command = ["cmd", "/c", python.windows.to_windows(work / "build.cmd")]
    done = python.windows.run(command, cwd=work, env={"PIP_NO_INDEX": "1", "CFLAGS": "odd"}, timeout=250)
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert python.run("-c", "import oddpure; print(oddpure.said)").stdout.strip() == "'-DODD=a b' None"


def test_without_visual_studio_it_says_what_to_install(python):
    done = run(python, "-m", "wontload", "build", "pyzmq", "--plan", "--offline", "--json")
    answer = check(json.loads(done.stdout))
    assert (done.returncode, [one["code"] for one in answer["findings"]]) == (1, ["WL701"])
    assert any("winget install" in str(one) for one in answer["findings"][0]["evidence"])
