"""WL706: the build picked another toolchain than the one that works."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wontload.diagnosis.log.cause import Cause, Log, said, stated

RANK = 40
# CMake, CMakeDetermineCompilerId.cmake and FindCUDAToolkit.cmake: how they name what they found.
_COMPILER = re.compile(r"The CUDA compiler identification is NVIDIA (\d+\.\d+)")
_TOOLKIT = re.compile(r"Found CUDAToolkit: ([^\n]{1,200}?)\(found (?:suitable )?version \"(\d+\.\d+)")
_MINGW = re.compile(r"[^\s\n]{0,120}(?:w64devkit|mingw64|mingw32|msys64)[\\/][^\s\n]{0,80}", re.IGNORECASE)
_GNU = re.compile(r"The (?:C|CXX) compiler identification is (GNU[^\n]{0,40})")


def other_toolchain(log: Log) -> Iterator[Cause]:
    """What was found first is not what fits: two CUDAs, MinGW in place of Visual C++, an Intel prefix on an ARM Mac."""
    yield from stated(log, "WL706")
    compiler, toolkit = _COMPILER.search(log.text), _TOOLKIT.search(log.text)
    if compiler and toolkit and compiler[1] != toolkit[2]:
        yield _guess(
            log, toolkit, f"nvcc is of CUDA {compiler[1]} and the toolkit that CMake found is {toolkit[2]}", "nvcc"
        )
    mingw = _MINGW.search(log.text)
    if (mingw and log.of("compile-failed", "build-failed", "link-library")) or (
        mingw and "multiple definition" in log.text
    ):
        yield _guess(log, mingw, "the build used MinGW, which neither Python nor CUDA on Windows are made with", "gcc")
    gnu = _GNU.search(log.text)
    if gnu and log.facts.system == "windows" and "CUDA" in log.text:
        yield _guess(log, gnu, f"CMake took {gnu[1]} on Windows, where CUDA needs Visual C++", "gcc")


def _guess(log: Log, match: re.Match[str], title: str, subject: str) -> Cause:
    line = log.text.count("\n", 0, match.start()) + 1
    return Cause(
        code="WL706",
        decides=False,
        title=title,
        why="What stands first on PATH, or in a variable, is taken.",
        subject=subject,
        place=match.start(),
        rank=RANK,
        suspects=("WL703", "WL702"),
        evidence=(said(line, match[0]),),
    )
