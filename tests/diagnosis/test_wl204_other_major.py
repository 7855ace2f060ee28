"""WL204: only another major version is here. The right one in an unsearched place is WL202."""

from __future__ import annotations

from tests.support.machines import (
    CUDA,
    LINUX_PACKAGE,
    PACKAGE,
    USR_LIB,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    dlopen,
    linux,
    of_kind,
    so,
    windows,
)
from wontload.diagnosis import Severity

CUDA_DLL = PACKAGE + r"\ggml-cuda.dll"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"


def test_cuda_11_where_12_is_needed():
    names = ("cudart64_12.dll", "cublas64_12.dll")
    old = {CUDA + r"\cudart64_110.dll": dll(), CUDA + r"\cublas64_11.dll": dll()}
    (first,) = diagnose(windows({CUDA_DLL: dll(*names), **old}), ctypes_load(CUDA_DLL)).findings
    assert (first.code, first.severity, first.explains_error) == ("WL204", Severity.ERROR, True)
    assert (first.subject, first.also, first.component) == ("cudart64_12.dll", ("cublas64_12.dll",), "cuda-runtime 12")
    assert first.title.endswith("are needed, and only cudart64_110.dll and cublas64_11.dll are here")
    assert first.chain == ("pkg", "ggml-cuda.dll", "cudart64_12.dll")
    assert data(first, "other_major", "path") == list(old)
    assert [one.kind for one in first.evidence][:3] == ["request", "observed", "searched"]
    assert data(first, "looked", "names") == [list(names)]
    assert data(first, "provider", "package") == ["nvidia-cuda-runtime-cu12", "nvidia-cublas-cu12"]


def test_what_the_old_toolkit_does_not_have_lacks_for_the_same_reason():
    machine = windows({CUDA_DLL: dll("nvrtc64_120_0.dll", "cudart64_12.dll"), CUDA + r"\cudart64_110.dll": dll()})
    (first,) = diagnose(machine, ctypes_load(CUDA_DLL)).findings
    assert (first.code, first.subject, first.also) == ("WL204", "nvrtc64_120_0.dll", ("cudart64_12.dll",))


def test_another_soname():
    machine = linux({LIBRARY: so("libssl.so.1.1"), USR_LIB + "/libssl.so.3": so(soname="libssl.so.3")})
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert (first.code, first.subject) == ("WL204", "libssl.so.1.1")
    assert data(first, "other_major", "path") == [USR_LIB + "/libssl.so.3"]


def test_a_copy_that_two_directories_lead_to_is_told_once():
    """As `/usr/local/cuda` is a link to the toolkit's own directory."""
    real = "/usr/local/cuda-13.0/lib64/libcudart.so.13"
    files = {LIBRARY: so("libcudart.so.12"), real: so(soname="libcudart.so.13")}
    machine = linux(files, links={"/usr/local/cuda": "/usr/local/cuda-13.0"})
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert first.code == "WL204"
    assert len(data(first, "other_major", "path")) == 1


def test_an_unrelated_library_stays_apart():
    machine = linux({LIBRARY: so("libssl.so.1.1", "libGL.so.1"), USR_LIB + "/libssl.so.3": so()})
    first, second = diagnose(machine, dlopen(LIBRARY)).findings
    assert [(one.code, one.subject, one.also) for one in (first, second)] == [
        ("WL204", "libssl.so.1.1", ()),
        ("WL201", "libGL.so.1", ()),
    ]


def test_is_silent_where_the_right_one_is_here():
    files = {CUDA_DLL: dll("cudart64_12.dll"), CUDA + r"\cudart64_12.dll": dll(), CUDA + r"\cudart64_110.dll": dll()}
    assert codes(diagnose(windows(files), ctypes_load(CUDA_DLL))) == ["WL202"]


def test_is_silent_where_the_other_major_is_for_another_processor():
    machine = windows({CUDA_DLL: dll("cudart64_12.dll"), CUDA + r"\cudart64_110.dll": dll(architecture="x86")})
    assert codes(diagnose(machine, ctypes_load(CUDA_DLL))) == ["WL201"]


def test_is_silent_about_a_name_in_which_the_number_is_no_version():
    machine = windows({CUDA_DLL: dll("vcruntime140_1.dll")})
    (first,) = diagnose(machine, ctypes_load(CUDA_DLL)).findings
    assert (first.code, of_kind(first, "other_major")) == ("WL201", [])
