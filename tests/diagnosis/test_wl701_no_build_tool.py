"""WL701: a compiler or a build tool is not there."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import pytest

from tests.support.logs import codes, first, project, ran, read, verdict

TEXTS = {
    "CMake": "CMake Error: CMake was unable to find a build program corresponding to \"Ninja\".",
    "CMake, no compiler": "-- The C compiler identification is unknown\nNo CMAKE_CXX_COMPILER could be found.",
    "CMake, Visual Studio": "Generator\n\n    Visual Studio 17 2022\n\n  could not find any instance of Visual Studio.",
    "setuptools on Windows": "error: Microsoft Visual C++ 14.0 or greater is required. Get it with",
    "old distutils": "error: Unable to find vcvarsall.bat",
    "distutils": "unable to execute 'x86_64-linux-gnu-gcc': No such file or directory",
    "a shell": "/bin/sh: 1: g++: not found",
    "cmd": "'cmake' is not recognized as an internal or external command,\noperable program or batch file.",
    "subprocess": "FileNotFoundError: [Errno 2] No such file or directory: 'cmake'",
    "Rust": "error: can't find Rust compiler",
    "maturin": "Downloading rustup-init from https://static.rust-lang.org/rustup-init\n  Traceback (most …):",
    "rustc": "error: linker `link.exe` not found",
    "Apple": "xcrun: error: invalid active developer path (/Library/Developer/CommandLineTools), missing xcrun",
    "headers": "probe.c:1:10: fatal error: Python.h: No such file or directory",
    "scikit-build": "scikit-build could not get a working generator for your system. Aborting build.",
}  # fmt: skip


@pytest.mark.parametrize("who", TEXTS)
def test_what_tools_say(who):
    assert verdict(TEXTS[who]) == ("fails", "WL701")


@pytest.mark.skipif(sys.platform == "win32", reason="names a compiler with CC")
def test_a_real_build_without_a_compiler(tmp_path):
    if find_spec("setuptools") is None:  # not imported: it asserts that nobody has imported distutils before it
        pytest.skip("no setuptools here")
    source = project(tmp_path / "source")
    said = ran([sys.executable, "setup.py", "build_ext"], source, CC="no-such/gcc")
    answer = read(said)
    assert (answer.verdict, answer.findings[0].code) == ("fails", "WL701"), said
    assert answer.findings[0].subject == "gcc"


def test_names_the_tool():
    assert first("error: [Errno 2] No such file or directory: 'ninja'").subject == "ninja"


def test_a_compiler_that_windows_ends_is_suspected_itself():
    text = "error: command 'C:\\\\VS\\\\bin\\\\cl.exe' failed with exit status -1073741701"
    assert verdict(text) == ("undetermined", "WL701")


def test_is_silent_when_the_compiler_ran():
    text = (
        "odd.c:3:5: error: expected ';'\nerror: command '/usr/bin/gcc' failed with exit code 1\nFailed to build oddlib"
    )
    answer = read(text)
    assert answer.verdict == "undetermined"
    assert answer.findings[0].code == "WL505"
    assert "WL701" in codes(text)  # a suspect, as the compiler may lack something


def test_is_silent_of_files_that_programs_miss():
    assert "WL701" not in codes("FileNotFoundError: [Errno 2] No such file or directory: 'data/cl.csv'")
