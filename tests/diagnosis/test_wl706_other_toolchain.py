"""WL706: the wrong one of two."""

from __future__ import annotations

from tests.support.logs import codes, verdict


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
