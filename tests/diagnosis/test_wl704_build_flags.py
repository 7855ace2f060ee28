"""WL704: flags that nobody read."""

from __future__ import annotations

import shutil

import pytest

from tests.support.logs import codes, first, ran, read, verdict


def test_variables_that_a_real_cmake_did_not_use(tmp_path):
    if shutil.which("cmake") is None:
        pytest.skip("no CMake on PATH")
    (tmp_path / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.16)\nproject(odd NONE)\n")
    said = ran(["cmake", "-DODD_CUBLAS=on", "-DODD_OTHER=1", "-S", ".", "-B", "build"], tmp_path)
    answer = read(said)
    assert (answer.verdict, answer.findings[0].code) == ("fails", "WL704"), said
    assert answer.findings[0].subject == "ODD_CUBLAS ODD_OTHER"


def test_obsolete_flags_of_llama_cpp():
    text = (
        "CMake Warning at CMakeLists.txt:88 (message):\n"
        "  LLAMA_CUBLAS is deprecated and will be removed in the future.\n\n  Use GGML_CUDA instead"
    )
    found = first(text)
    assert (found.code, found.subject) == ("WL704", "LLAMA_CUBLAS")
    assert found.evidence[0].data["line"] == 2


@pytest.mark.parametrize(
    "text",
    [
        "'CMAKE_ARGS' is not recognized as an internal or external command,\noperable program or batch file.",
        "CMAKE_ARGS=-DGGML_CUDA=on : The term 'CMAKE_ARGS=-DGGML_CUDA=on' is not recognized as the name of a cmdlet",
    ],
)
def test_a_shell_that_took_them_for_a_command(text):
    assert verdict(text) == ("fails", "WL704")


def test_an_architecture_that_nvcc_dropped():
    assert verdict("nvcc fatal   : Unsupported gpu architecture 'compute_35'") == ("undetermined", "WL704")


def test_is_silent_of_other_deprecations():
    assert "WL704" not in codes(
        "DeprecationWarning: pkg_resources is deprecated as an API\nSuccessfully installed oddlib"
    )


def test_is_silent_when_the_flags_are_used():
    assert "WL704" not in codes(
        "CMAKE_ARGS=-DGGML_CUDA=on pip install oddlib\n-- Found CUDAToolkit: /usr/local/cuda/include"
    )


def test_a_flag_of_another_compiler_is_a_suspicion():
    text = (
        "cl : Command line error D8021 : invalid numeric argument '/Wno-odd'\n"
        "error: command 'C:\\\\VS\\\\bin\\\\cl.exe' failed with exit status 2"
    )
    assert verdict(text) == ("undetermined", "WL704")
    assert first(text).subject == "/Wno-odd"
