"""Definitions of the person, from words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wontload.build.wishes import (
    asked_architectures,
    asked_definitions,
    asked_toolkit,
    definitions,
    joined_cmake_args,
    split_cmake_args,
)
from wontload.errors import UsageError

NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,20}", fullmatch=True)
VALUES = st.text(st.characters(exclude_characters="\0"), max_size=30)


def test_definitions_are_told_from_other_arguments_and_the_last_of_a_name_counts():
    words = split_cmake_args('-DGGML_CUDA=on -DCMAKE_CXX_FLAGS="-O2 -g" -G Ninja -DGGML_CUDA:BOOL=off')
    found, others = definitions(words)
    assert found == {"GGML_CUDA": "off", "CMAKE_CXX_FLAGS": "-O2 -g"}
    assert others == ("-G", "Ninja")


@pytest.mark.parametrize("word", ["GGML_CUDA", "=on", "-D", "A B=1"])
def test_what_is_no_definition_is_refused(word):
    with pytest.raises(UsageError):
        asked_definitions([word])


@pytest.mark.parametrize("text", ["abc", "12.4.1", "", "-1"])
def test_what_is_no_version_of_cuda_is_refused(text):
    with pytest.raises(UsageError):
        asked_toolkit(text)


def test_architectures_are_as_cmake_takes_them():
    assert asked_architectures(["89-real;90a", "120f-virtual,native"]) == ("89-real", "90a", "120f-virtual", "native")
    with pytest.raises(UsageError):
        asked_architectures(["sm_89"])


def test_an_open_quote_is_refused():
    with pytest.raises(UsageError):
        split_cmake_args("-DA='on")


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_what_is_joined_splits_into_the_same_again(defines):
    assert definitions(split_cmake_args(joined_cmake_args(defines))) == (defines, ())
