"""WL705: flags for a build, and no build."""

from __future__ import annotations

from tests.support.logs import codes, pip, read, verdict

ASKED = 'CMAKE_ARGS="-DGGML_CUDA=on" pip install llama-cpp-python\nCollecting llama-cpp-python\n'


def test_a_wheel_from_the_cache():
    text = (
        ASKED
        + "  Using cached llama_cpp_python-0.3.2-cp311-cp311-linux_x86_64.whl\nSuccessfully installed llama_cpp_python"
    )
    answer = read(text)
    assert (answer.verdict, answer.findings[0].code) == ("fails", "WL705")
    assert answer.findings[0].subject == "llama-cpp-python"
    assert [one.data["line"] for one in answer.findings[0].evidence if one.kind == "said"] == [1, 3]


def test_a_prebuilt_wheel():
    text = ASKED + "  Downloading https://example.org/whl/llama_cpp_python-0.3.2-py3-none-win_amd64.whl (4 MB)"
    assert verdict(text) == ("fails", "WL705")


def test_what_a_real_pip_says_of_an_installed_package():
    said = pip("install", "--no-index", "pip")
    assert "WL705" not in codes(said)
    assert verdict(f"CMAKE_ARGS=-DODD=1 pip install pip\n{said}") == ("fails", "WL705"), said


def test_is_silent_of_the_packages_that_it_depends_on():
    text = (
        ASKED
        + "  Downloading llama_cpp_python-0.3.2.tar.gz (60 MB)\n"
        + "Collecting numpy\n  Using cached numpy-2.1.0-cp311-cp311-linux_x86_64.whl"
    )
    assert "WL705" not in codes(text)


def test_is_silent_when_nobody_asked_for_a_build():
    assert "WL705" not in codes("pip install numpy\n  Using cached numpy-2.1.0-cp311-cp311-manylinux_2_17_x86_64.whl")
