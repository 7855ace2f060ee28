"""WL706: the build picked another toolchain than the one that works."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from wontload.diagnosis.log.cause import Cause, Log, said, stated

RANK = 40
ASKED_FOR_RANK = 5  # behind whatever else the log says: who asks for a compiler knows which one it is
# CMake, CMakeDetermineCompilerId.cmake and FindCUDAToolkit.cmake: how they name what they found.
_COMPILER = re.compile(r"The CUDA compiler identification is NVIDIA (\d+\.\d+)")
_TOOLKIT = re.compile(r"Found CUDAToolkit: ([^\n]{1,200}?)\(found (?:suitable )?version \"(\d+\.\d+)")
_MINGW = re.compile(r"(?:w64devkit|mingw64|mingw32|msys64)[\\/]\S{0,80}", re.IGNORECASE)
LONGEST_LEAD = 120  # characters of a path before the directory that tells
# How MinGW is asked for: CMake's variables and `-G`, distutils' option and file, the variables that CMake and Meson
# read, a Python that is itself made with MinGW (MSYS2), a cross compiler's name.
# Source: CMake, cmake-variables(7), cmake(1) and cmake-env-variables(7); setuptools, build_ext; MSYS2, Python.
_ASKED_FOR = re.compile(
    r"""CMAKE_(?:C|CXX)_COMPILER(?::\w{1,10})?=["']?[^\s"']{0,200}(?:gcc|g\+\+|clang)"""
    r"""|CMAKE_(?:TOOLCHAIN_FILE|SYSTEM_NAME)(?::\w{1,10})?=\S"""
    r"""|(?:-G|CMAKE_GENERATOR["']?)[\s=:]{0,3}["']?(?:MinGW|MSYS|Unix)[ ]Makefiles"""
    r"""|(?:--compiler[= ]|-c[ ]|compiler[ ]{0,3}=[ ]{0,3})mingw32"""
    r"""|(?<![\w-])(?:CC|CXX)["']?[ ]?=[ ]?["']?[^\s"']{0,200}(?:gcc|g\+\+)"""
    r"""|(?:mingw(?:32|64)|ucrt64|clang64)[\\/]bin[\\/]python|-mingw_(?:x86_64|i686|aarch64)"""
    r"""|x86_64-w64-mingw32-(?:gcc|g\+\+|c\+\+)(?!\.exe)""",
    re.IGNORECASE,
)
_GNU = re.compile(r"The (?:C|CXX) compiler identification is (GNU[^\n]{0,40})")


def other_toolchain(log: Log) -> Iterator[Cause]:
    """What was found first is not what fits: two CUDAs, MinGW in place of Visual C++, an Intel prefix on an ARM Mac."""
    yield from stated(log, "WL706")
    compiler, toolkit = _COMPILER.search(log.text), _TOOLKIT.search(log.text)
    if compiler and toolkit and compiler[1] != toolkit[2]:
        yield _guess(
            log, toolkit, f"nvcc is of CUDA {compiler[1]} and the toolkit that CMake found is {toolkit[2]}", "nvcc"
        )
    failed = log.of("compile-failed", "build-failed", "link-library") or "multiple definition" in log.text
    if failed and (mingw := _MINGW.search(log.text)):
        yield _of_mingw(log, mingw)
    gnu = _GNU.search(log.text)
    if gnu and log.facts.system == "windows" and "CUDA" in log.text:
        yield _guess(log, gnu, f"CMake took {gnu[1]} on Windows, where CUDA needs Visual C++", "gcc")


def _of_mingw(log: Log, match: re.Match[str]) -> Cause:
    """That MinGW was used; of a build that was told to use it, a word at the end."""
    if not _ASKED_FOR.search(log.text):
        return _guess(log, match, "the build used MinGW, which neither Python nor CUDA on Windows are made with", "gcc")
    told = "the build was told to use MinGW, which neither Python nor CUDA on Windows are made with"
    why = "Sources that are tried with Visual C++ alone may need a change for it, or an option of their own."
    return replace(_guess(log, match, told, "gcc"), rank=ASKED_FOR_RANK, why=why)


def _guess(log: Log, match: re.Match[str], title: str, subject: str) -> Cause:
    line = log.text.count("\n", 0, match.start()) + 1
    before = log.text[max(0, match.start() - LONGEST_LEAD) : match.start()]
    lead = "" if before[-1:].isspace() else (before.split() or [""])[-1]
    return Cause(
        code="WL706",
        decides=False,
        title=title,
        why="What stands first on PATH, or in a variable, is taken.",
        subject=subject,
        place=match.start(),
        rank=RANK,
        suspects=("WL703", "WL702"),
        evidence=(said(line, lead + match[0]),),
    )
