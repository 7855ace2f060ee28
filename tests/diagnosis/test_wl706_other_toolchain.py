"""WL706: the wrong one of two."""

from __future__ import annotations

import pytest

from tests.support.logs import codes, first, verdict


def test_torch_and_nvcc_of_different_majors():
    text = (
        "RuntimeError: The detected CUDA version (13.0) mismatches the version that was used to compile PyTorch (12.4)."
    )
    assert verdict(text) == ("fails", "WL706")


def test_a_folder_of_another_generator():
    text = "CMake Error: Error: generator : Ninja\nDoes not match the generator used previously: Visual Studio 17 2022"
    assert verdict(text) == ("fails", "WL706")


def test_an_intel_library_in_a_build_for_apple_silicon():
    text = (
        "ld: warning: ignoring file /usr/local/lib/libodd.dylib, building for macOS-arm64 but attempting to link with "
        "file built for macOS-x86_64"
    )
    assert codes(text)[:2] == ["WL205", "WL706"]  # a warning: what the library has is missing when the module loads


def test_two_cudas_are_a_suspicion():
    text = (
        "-- The CUDA compiler identification is NVIDIA 11.5.119\n"
        '-- Found CUDAToolkit: /usr/local/cuda-12.4/include (found version "12.4.131")\n'
    )
    assert verdict(text) == ("undetermined", "WL706")


def test_an_nvcc_that_does_not_know_a_new_gpu():
    assert verdict("nvcc fatal   : Unsupported gpu architecture 'compute_120'") == ("undetermined", "WL706")


def test_is_silent_of_one_cuda():
    text = (
        "-- The CUDA compiler identification is NVIDIA 12.4.131\n"
        '-- Found CUDAToolkit: /usr/local/cuda/include (found version "12.4.131")\n'
    )
    assert "WL706" not in codes(text)


def test_is_silent_of_gcc_on_linux():
    assert "WL706" not in codes("-- The CXX compiler identification is GNU 12.2.0\n/usr/bin/c++ CUDA libodd.so")


MINGW = """\
C:\\w64devkit\\bin\\gcc.exe -c src\\odd.c -o odd.obj
src\\odd.c:7:10: fatal error: openssl/ssl.h: No such file or directory
compilation terminated.
error: command 'C:\\\\w64devkit\\\\bin\\\\gcc.exe' failed with exit code 1
ERROR: Failed building wheel for odd
"""
ASKED = [
    '$env:CMAKE_ARGS = "-DCMAKE_C_COMPILER=C:/w64devkit/bin/gcc.exe -DCMAKE_CXX_COMPILER=C:/w64devkit/bin/g++.exe"',
    'cmake .. -G "MinGW Makefiles"',
    '$env:CMAKE_GENERATOR = "MinGW Makefiles"',
    "python setup.py build_ext --compiler=mingw32",
    "set CC=C:\\w64devkit\\bin\\gcc.exe",
    "#   CMAKE_ARGS=-DCMAKE_SYSTEM_NAME=Windows -DCMAKE_C_COMPILER=x86_64-w64-mingw32-gcc",
    "C:\\msys64\\ucrt64\\bin\\python.exe -m pip install odd",
]


def test_mingw_that_stood_first_on_path_is_the_first_suspicion():
    assert verdict(MINGW)[1] == "WL706"
    assert "used MinGW" in first(MINGW).title


@pytest.mark.parametrize("asked", ASKED)
def test_mingw_that_was_asked_for_is_the_last(asked):
    found = codes(f"{asked}\n{MINGW}")
    assert found[0] != "WL706"
    assert found[-1] == "WL706"


def test_what_else_names_a_compiler_asks_for_nothing():
    text = "-- The C compiler identification is GNU 13.2.0\n-- Check for working C compiler: C:/w64devkit/bin/cc.exe\n"
    assert codes(text + MINGW)[0] == "WL706"
