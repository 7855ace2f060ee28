"""Options as a project's own CMake files tell them."""

from __future__ import annotations

import time

from wontload.build.cmake_options import options_of

# Shapes of ggml/CMakeLists.txt and CMakeLists.txt of llama.cpp, as in the sdists of llama-cpp-python.
TODAY = """
cmake_minimum_required(VERSION 3.14) # for add_link_options and implicit target directories.
option(GGML_CUDA                            "ggml: use CUDA"                                  OFF)
set   (GGML_CUDA_COMPRESSION_MODE "size" CACHE STRING
                                            "ggml: cuda link binary compression mode; requires cuda 12.8+")
# option(GGML_GONE "once there was one" OFF)
llama_option_depr(FATAL_ERROR LLAMA_CUBLAS              GGML_CUDA)
llama_option_depr(WARNING     LLAMA_CUDA                GGML_CUDA)
llama_option_depr(WARNING     LLAMA_CURL)
if (GGML_HIP_UMA)
endif()
"""
EARLY_2024 = """
option(LLAMA_CUDA   "llama: use CUDA" OFF)
option(LLAMA_CUBLAS "llama: use CUDA (deprecated, use LLAMA_CUDA)" OFF)
"""


def test_options_and_cached_variables_are_declared_and_comments_declare_nothing():
    options = options_of([TODAY])
    assert options.declared == {"GGML_CUDA", "GGML_CUDA_COMPRESSION_MODE"}
    assert options.minimum == "3.14"


def test_obsolete_options_have_the_name_of_today_and_what_the_build_does_about_them():
    obsolete = options_of([TODAY]).obsolete
    assert (obsolete["LLAMA_CUBLAS"].new, obsolete["LLAMA_CUBLAS"].refused) == ("GGML_CUDA", True)
    assert (obsolete["LLAMA_CUDA"].new, obsolete["LLAMA_CUDA"].refused) == ("GGML_CUDA", False)
    assert obsolete["LLAMA_CURL"].new == ""


def test_an_option_that_calls_itself_deprecated():
    assert options_of([EARLY_2024]).obsolete["LLAMA_CUBLAS"].new == "LLAMA_CUDA"


def test_a_name_is_read_where_a_line_mentions_it_or_cmake_does():
    options = options_of([TODAY])
    assert all(
        map(options.reads, ("GGML_HIP_UMA", "CMAKE_CUDA_ARCHITECTURES", "CUDAToolkit_ROOT", "BUILD_SHARED_LIBS"))
    )
    assert not options.reads("GGML_CUDDA")
    assert not options.reads("GGML_GONE")
    assert options.like("GGML_CUDDA") == "GGML_CUDA"
    assert options.like("SOMETHING_ELSE") == ""


def test_hostile_texts_take_no_time_to_speak_of():
    begin = time.process_time()
    for text in ("option(" * 50_000, "set(A " + "x " * 200_000, "#[[" * 50_000, "_A" * 200_000, "x depr(" * 50_000):
        options_of([text])
    assert time.process_time() - begin < 20
