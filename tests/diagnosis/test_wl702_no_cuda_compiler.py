"""WL702: no nvcc, or Visual Studio has no rules for it."""

from __future__ import annotations

import pytest

from tests.support.logs import codes, verdict

TEXTS = {
    "Visual Studio": "-- CUDA Toolkit found\nCMake Error at CompilerId.cmake:563 (message):\n  No CUDA toolset found.",
    "CMake": "-- Could not find nvcc, please set CUDAToolkit_ROOT.",
    "CMake, language": "CMake Error at CMakeLists.txt:3 (enable_language):\n  No CMAKE_CUDA_COMPILER could be found.",
    "FindCUDA": "Could NOT find CUDA (missing: CUDA_TOOLKIT_ROOT_DIR CUDA_NVCC_EXECUTABLE CUDA_INCLUDE_DIRS)",
    "torch": "OSError: CUDA_HOME environment variable is not set. Please set it to your CUDA install root.",
    "a shell": "/bin/sh: 1: nvcc: not found",
    "subprocess": "FileNotFoundError: [Errno 2] No such file or directory: '/usr/local/cuda/bin/nvcc'",
    "MSBuild": "error MSB4019: The imported project \"C:\\VC\\v170\\CUDA 12.4.props\" was not found.",
}  # fmt: skip


@pytest.mark.parametrize("who", TEXTS)
def test_what_tools_say(who):
    assert verdict(TEXTS[who]) == ("fails", "WL702")


def test_stands_before_the_summary_of_pip():
    text = f"{TEXTS['Visual Studio']}\nERROR: Failed building wheel for oddlib\nFailed to build oddlib"
    assert verdict(text) == ("fails", "WL702")
    assert "WL505" not in codes(text)


def test_is_silent_when_nvcc_ran():
    assert "WL702" not in codes(
        "-- The CUDA compiler identification is NVIDIA 12.4.131\n-- Build files have been written"
    )
