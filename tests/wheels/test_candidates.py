"""File names as candidates: what is taken, what is not and why; nothing that an index offers is a traceback."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wontload import load_machine
from wontload.wheels.candidates import Candidate, Target, candidates_of
from wontload.wheels.index.gather import Asked, Place
from wontload.wheels.index.link import Link

PLACE = Place(kind="simple", url="https://example.org")
PARTS = st.sampled_from(
    [
        *("llama_cpp_python", "Llama.CPP-python", "1.0", "0.3.4+cu124", "1", "2a", "cp311", "cp312", "abi3", "none"),
        *("py3", "any", "win_amd64", "macosx_11_0_arm64", "", "9" * 4000, "\x1b[31m", "-", "..", ".whl", ".tar.gz"),
    ]
)


@pytest.fixture(scope="module")
def target(request) -> Target:
    return Target(load_machine(request.config.rootpath / "examples" / "rtx4070super.json").machine)


def of(target: Target, *names: str, requires_python: str = "") -> tuple[Candidate, ...]:
    links = tuple(Link(filename=name, url=name, index="i", requires_python=requires_python) for name in names)
    return candidates_of("llama-cpp-python", [Asked(place=PLACE, links=links)], target)


@pytest.mark.parametrize(
    ("name", "objection"),
    [
        ("llama_cpp_python-0.3.4-cp311-cp311-win_amd64.whl", ""),
        ("llama_cpp_python-0.3.4-py3-none-win_amd64.whl", ""),
        ("llama_cpp_python-0.3.4-cp312-cp312-win_amd64.whl", "for CPython 3.12"),
        ("llama_cpp_python-0.3.4-cp311-cp311t-win_amd64.whl", "for the ABI cp311t"),
        ("llama_cpp_python-0.3.4-cp311-cp311-linux_x86_64.whl", "for linux_x86_64"),
        ("llama_cpp_python-0.3.9-cp311-cp311-win_amd64-qwen3_cuda124.whl", "which pip does not take"),
        ("llama_cpp_python-0.3.16.tar.gz", ""),
        ("Llama-CPP-Python-0.1.0.zip", ""),
    ],
)
def test_what_is_taken_and_why_not(target, name, objection):
    (found,) = of(target, name)
    assert (found.takes, objection in found.objection) == (not objection, True)
    assert found.wheel is name.endswith(".whl")


def test_files_of_others_and_files_that_are_none_are_left_out(target):
    names = ("llama_cpp_python_ggml_cuda-0.1.78-cp311-cp311-win_amd64.whl", "llama.exe", "x.whl")
    assert of(target, *names, "llama-cpp-python.tar.gz") == ()


@pytest.mark.parametrize(
    ("asks", "takes"),
    [(">=3.8", True), ("<3.10", False), ("nonsense", True), pytest.param(f">=3.{'9' * 5000}", True, id="digits")],
)
def test_the_python_that_an_index_asks_for(target, asks, takes):
    (found,) = of(target, "llama_cpp_python-0.3.4-cp311-cp311-win_amd64.whl", requires_python=asks)
    assert found.takes is takes


@given(
    st.lists(PARTS, max_size=9).map("-".join),
    st.lists(PARTS, max_size=3).map("".join),
    st.sampled_from([".whl", ".tar.gz", ""]),
)
def test_no_name_is_a_traceback(target, start, rest, suffix):
    for one in of(target, start + rest + suffix, requires_python=rest):
        assert one.version is not None
