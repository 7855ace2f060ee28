"""WL706: the build picked another toolchain than the one that works."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wontload.diagnosis.log.cause import Cause, Log, said, stated

RANK = 40
# CMake, CMakeDetermineCompilerId.cmake and FindCUDAToolkit.cmake: how they name what they found.
_COMPILER = re.compile(r"The CUDA compiler identification is NVIDIA (\d+\.\d+)")
_TOOLKIT = re.compile(r"Found CUDAToolkit: ([^\n]{1,200}?)\(found (?:suitable )?version \"(\d+\.\d+)")
_MINGW = re.compile(r"(?:w64devkit|mingw64|mingw32|msys64)[\\/]\S{0,80}", re.IGNORECASE)
LONGEST_LEAD = 120  # characters of a path before the directory that tells
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
        yield _guess(log, mingw, "the build used MinGW, which neither Python nor CUDA on Windows are made with", "gcc")
    gnu = _GNU.search(log.text)
    if gnu and log.facts.system == "windows" and "CUDA" in log.text:
        yield _guess(log, gnu, f"CMake took {gnu[1]} on Windows, where CUDA needs Visual C++", "gcc")


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
