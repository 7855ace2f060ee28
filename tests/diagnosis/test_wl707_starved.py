"""WL707: the place where it is built does not hold it."""

from __future__ import annotations

import pytest

from tests.support.logs import codes, first, verdict


@pytest.mark.parametrize(
    "text",
    [
        "c++: fatal error: Killed signal terminated program cc1plus\ncompilation terminated.",
        "nvcc error   : 'cicc' died due to signal 9 (Kill signal)",  # microsoft/onnxruntime#18579
        "ggml-cuda.cu : fatal error C1060: compiler is out of heap space",
        "/tmp/ccXYZ.s: fatal error: error writing to /tmp/ccXYZ.s: No space left on device",
        "LINK : fatal error LNK1180: insufficient disk space to complete link",
        # abetlen/llama-cpp-python#426
        "CMake Warning in vendor/llama.cpp/CMakeLists.txt:\n  The object file directory\n\n    C:/Users/x/build\n\n"
        "  has 190 characters.  The maximum full path to an object file is 250\n  characters (see ...).",
    ],
)
def test_what_was_short(text):
    assert verdict(text + "\nERROR: Failed building wheel for llama-cpp-python") == ("fails", "WL707")


def test_a_build_that_downloads_without_a_network():
    # As CMake 3.25 printed it for pyzmq 27.3.0
    text = (
        "error: downloading 'https://download.libsodium.org/libsodium/releases/libsodium-1.0.22-stable.tar.gz' failed\n"
        '  status_code: 6\n  status_string: "Couldn\'t resolve host name"\n'
        "ERROR: Failed building wheel for pyzmq\nERROR: Failed to build one or more wheels"
    )
    assert verdict(text) == ("fails", "WL707")
    assert "libsodium" in first(text).title


def test_is_silent_of_a_build_that_lacks_a_compiler():
    assert "WL707" not in codes("CMake Error: CMAKE_CXX_COMPILER not set, after EnableLanguage")


def test_is_silent_of_an_import_that_ran_out_of_memory():
    assert "WL707" not in codes("MemoryError")
