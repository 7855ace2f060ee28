"""WL703: nvcc and the host compiler do not know each other."""

from __future__ import annotations

import pytest

from tests.support.logs import codes, read, verdict

TEXTS = {
    "gcc": "/opt/cuda/include/crt/host_config.h:143:2: error: #error -- unsupported GNU version! gcc versions later "
    "than 12 are not supported!",
    "Visual C++": "host_config.h(153): fatal error: #error:  -- unsupported Microsoft Visual Studio version! Only the "
    "versions between 2017 and 2022 (inclusive) are supported!",
    "clang": "error: #error -- unsupported clang version! clang version must be less than 19",
    "MinGW": "nvcc fatal   : Host compiler targets unsupported OS.",
    "the STL": "yvals_core.h: error: static assertion failed \"error STL1002: Unexpected compiler version, "
    "expected CUDA 12.4 or newer.\"",
}  # fmt: skip


@pytest.mark.parametrize("who", TEXTS)
def test_what_nvcc_says(who):
    assert verdict(TEXTS[who]) == ("fails", "WL703")


def test_stands_before_what_cmake_makes_of_it():
    text = f'CMake Error at CMakeLists.txt:2 (project):\n  "CMakeCUDACompilerId.cu" failed.\n{TEXTS["MinGW"]}\n'
    answer = read(text)
    assert (answer.verdict, answer.findings[0].code) == ("fails", "WL703")
    assert answer.findings[0].evidence[0].data["line"] == 3


def test_headers_that_nvcc_does_not_understand_are_a_suspicion():
    assert verdict('/usr/include/bits/floatn.h(83): error: identifier "_Float32" is undefined') == (
        "undetermined",
        "WL703",
    )


def test_is_silent_of_the_flag_alone():
    assert "WL703" not in codes("export NVCC_APPEND_FLAGS='-allow-unsupported-compiler'\nBuild succeeded")
