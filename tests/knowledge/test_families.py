"""Which names are one library in other versions, and which only look so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wontload.knowledge.families import Family, family_of, library_of, other_majors

OTHER_MAJORS = [
    ("cudart64_12.dll", "cudart64_110.dll"),
    ("cudart64_12.dll", "cudart64_13.dll"),
    ("cudart64_110.dll", "cudart64_101.dll"),
    ("libcudart.so.12", "libcudart.so.11.0"),
    ("libcudart.so.12", "libcudart.so.11.8.89"),
    ("cublas64_12.dll", "CUBLAS64_11.DLL"),
    ("cublasLt64_12.dll", "cublasLt64_13.dll"),
    ("nvrtc64_120_0.dll", "nvrtc64_112_0.dll"),
    ("cudnn64_8.dll", "cudnn64_9.dll"),
    ("libcudnn.so.8", "libcudnn.so.9.1.0"),
    ("nvinfer_10.dll", "nvinfer.dll"),
    ("amdhip64_7.dll", "amdhip64_6.dll"),
    ("sycl8.dll", "sycl9.dll"),
    ("python310.dll", "python311.dll"),
    ("libpython3.10.so.1.0", "libpython3.11.so.1.0"),
    ("libssl-1_1.dll", "libssl-3.dll"),
    ("libssl-1_1-x64.dll", "libssl-3-x64.dll"),
    ("libssl.so.1.1", "libssl.so.3"),
    ("libssl.so.1.1", "libssl.so.1.0.0"),
    ("libavcodec.so.58", "libavcodec.so.60"),
    ("avcodec-58.dll", "avcodec-61.dll"),
    ("msvcp120.dll", "msvcp140.dll"),
    ("mkl_rt.1.dll", "mkl_rt.2.dll"),
    ("tbb.dll", "tbb12.dll"),
    ("icuuc66.dll", "icuuc73.dll"),
    ("Qt5Core.dll", "Qt6Core.dll"),
    ("libQt5Core.so.5", "libQt6Core.so.6"),
    ("libLLVM-14.so", "libLLVM-15.so"),
    ("libtcl8.5.so", "libtcl8.6.so"),
    ("libssl.1.1.dylib", "libssl.3.dylib"),
    ("foo64_12.dll", "foo64_11.dll"),
    ("libfoo.so.1", "libfoo.so.2"),
    ("libfoo-1_1-x64.dll", "libfoo-3-x64.dll"),
    (r"C:\a\foo64_12.dll", "foo64_11.dll"),
]
FALSE_FRIENDS = [
    ("vcruntime140.dll", "vcruntime140_1.dll"),
    ("msvcp140.dll", "msvcp140_1.dll"),
    ("msvcp140_1.dll", "msvcp140_2.dll"),
    ("msvcp140.dll", "msvcp140_atomic_wait.dll"),
    ("msvcp140.dll", "msvcp140d.dll"),
    ("mfc140.dll", "mfc140u.dll"),
    ("python311.dll", "python3.dll"),
    ("python312.dll", "python313t.dll"),
    ("cublas64_12.dll", "cublasLt64_11.dll"),
    ("cudart64_12.dll", "cudart32_110.dll"),
    ("d3d11.dll", "d3d12.dll"),
    ("kernel32.dll", "kernel64.dll"),
    ("foo_32.dll", "foo_64.dll"),
    ("tbbbind_2_0.dll", "tbbbind_2_5.dll"),
    ("libssl-3.dll", "libssl-1_1-x64.dll"),
    ("api-ms-win-core-file-l1-1-0.dll", "api-ms-win-core-file-l1-2-0.dll"),
    ("libfoo.so.1", "libfoo.so"),
    ("libfoo.so.1", "libfoo.so.1.2.3"),
    ("libfoo.so.1", "libfoobar.so.2"),
    ("mkl_avx2.2.dll", "mkl_avx512.2.dll"),
    ("libavcodec.so.58", "libavformat.so.59"),
    ("libgcc_s_seh-1.dll", "libgcc_s_dw2-1.dll"),
    ("msvcp140-5f1c5dd31916990d94181e07bc3afb32.dll", "msvcp140.dll"),
    ("libgomp-a34b3233.so.1", "libgomp-12345678.so.2"),
    ("libglib-2.0.so.0", "libgio-2.0.so.1"),
]


@pytest.mark.parametrize(("one", "other"), OTHER_MAJORS)
def test_other_majors_are_recognised_both_ways(one, other):
    assert other_majors(one, ["unrelated.dll", other, one]) == [other]
    assert other_majors(other, [one, other]) == [one]


@pytest.mark.parametrize(("one", "other"), FALSE_FRIENDS)
def test_names_that_only_look_alike_are_left_alone(one, other):
    assert other_majors(one, [other]) == []
    assert other_majors(other, [one]) == []


def test_a_family_tells_stem_and_major():
    assert family_of("cudart64_110.dll") == Family("cudart64", "11")
    assert family_of("nvrtc64_112_0.dll") == Family("nvrtc64", "11.2")
    assert family_of("libssl-1_1-x64.dll") == Family("libssl-x64", "1.1")
    assert family_of("python310.dll") == Family("python", "3.10")
    assert family_of("kernel32.dll") is None
    assert family_of("ggml-base.dll") is None


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=3))
def test_any_text_has_an_answer(name, names):
    assert name not in other_majors(name, [*names, name])


@pytest.mark.parametrize(
    ("names", "library"),
    [
        (("libmpi.so", "libmpi.so.12", "/opt/lib/libmpi.so.40"), "libmpi.so"),
        (("libmpi.dylib", "libmpi.12.dylib"), "libmpi"),
        (("foo.dll", r"C:\x\FOO.dll"), "foo"),
        (("libother.so",), "libother.so"),
    ],
)
def test_names_with_a_version_and_without_are_one_library(names: tuple[str, ...], library: str):
    assert {library_of(name) for name in names} == {library}
