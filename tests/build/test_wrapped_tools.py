"""The program behind a script, as wheels of CMake lay both."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.support.packages import virtual_environment
from wontload.build.wrapped_tools import real_directories

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="scripts of Unix")


def _install(environment: Path, program: str, attribute: str) -> Path:
    """A package laid out as the wheel lays it: the script imports it, the program lies in the package's data."""
    site = next((environment / "lib").glob("python*")) / "site-packages"
    real = site / program / "data" / "bin"
    real.mkdir(parents=True)
    (site / program / "__init__.py").write_text(f"{attribute} = {str(real)!r}\n")
    script = environment / "bin" / program
    script.write_text(f"#!{environment}/bin/python\nfrom {program} import {program}\n")
    script.chmod(0o755)
    return real


def test_the_program_behind_the_script(tmp_path: Path):
    environment = tmp_path / "an ü environment"
    virtual_environment(environment)
    cmake = _install(environment, "cmake", "CMAKE_BIN_DIR")
    ninja = _install(environment, "ninja", "BIN_DIR")
    variables = {"PATH": os.pathsep.join((str(environment / "bin"), os.defpath))}
    assert list(real_directories(variables)) == [str(cmake), str(ninja)]


def test_a_program_that_is_no_script_is_left_where_it_is(tmp_path: Path):
    program = tmp_path / "cmake"
    program.write_bytes(b"\x7fELF" + bytes(100))
    program.chmod(0o755)
    assert list(real_directories({"PATH": str(tmp_path)})) == []


def test_a_script_whose_interpreter_is_gone(tmp_path: Path):
    script = tmp_path / "ninja"
    script.write_text("#!/gone/python\nfrom ninja import ninja\n")
    script.chmod(0o755)
    assert list(real_directories({"PATH": str(tmp_path)})) == []
    assert list(real_directories({})) == []
