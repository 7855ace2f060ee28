"""Toolkits where installers, package managers and wheels put them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.support.machines import LINUX_SITE, SITE, SYSTEM32, VENV, dll, linux, so, windows
from tests.support.sources import RecordedSources
from wontload.machine.inventory import Toolkit
from wontload.machine.ld_so_cache import CacheEntry
from wontload.machine.survey.toolkits import toolkits
from wontload.machine.survey.versions import from_name, parse_version_json

PROGRAMS = r"C:\Program Files"
CUDA = PROGRAMS + r"\NVIDIA GPU Computing Toolkit\CUDA"
KEY = r"HKLM\SOFTWARE\NVIDIA Corporation\GPU Computing Toolkit\CUDA"
VERSION_JSON = '{"cuda": {"name": "CUDA SDK", "version": "12.4.1"}, "cuda_cudart": {"version": "12.4.127"}}'


def of_kind(found: tuple[Toolkit, ...], kind: str) -> list[tuple[str, str, str]]:
    return [(one.version, one.directory, one.source) for one in found if one.kind == kind]


def test_cuda_on_windows_by_variable_registry_and_place():
    files = {rf"{CUDA}\v{version}\bin\cudart64_{version[:2]}.dll": dll() for version in ("11.8", "12.4", "12.6")}
    sources = RecordedSources(
        windows(files, environment={"CUDA_PATH": rf"{CUDA}\v12.4", "CUDA_PATH_V12_4": rf"{CUDA}\v12.4\\"}),
        registry={rf"{KEY}\v11.8": {"InstallDir": rf"{CUDA}\v11.8"}, KEY: {"FirstVersionInstalled": "v11.8"}},
        texts={rf"{CUDA}\v12.4\version.json": VERSION_JSON},
    )
    found = toolkits(sources)
    assert of_kind(found, "cuda") == [
        ("12.4.1", rf"{CUDA}\v12.4", "CUDA_PATH"),
        ("11.8", rf"{CUDA}\v11.8", "registry"),
        ("12.6", rf"{CUDA}\v12.6", "place"),
    ]
    assert found[0].libraries == (rf"{CUDA}\v12.4\bin",)


def test_cuda_13_keeps_its_dlls_in_a_directory_of_their_own():
    files = {rf"{CUDA}\v13.0\bin\nvcc.exe": dll(), rf"{CUDA}\v13.0\bin\x64\cudart64_13.dll": dll()}
    (found,) = toolkits(RecordedSources(windows(files)))
    assert (found.version, found.libraries) == ("13.0", (rf"{CUDA}\v13.0\bin\x64",))


def test_a_variable_that_names_nothing_is_no_toolkit():
    machine = windows({r"C:\empty\readme.txt": None}, environment={"CUDA_PATH": r"D:\gone", "CUDA_HOME": r"C:\empty"})
    assert toolkits(RecordedSources(machine)) == ()


def test_links_to_one_directory_count_once():
    real = "/usr/local/cuda-12.4"
    machine = linux(
        {f"{real}/bin/nvcc": so(), f"{real}/lib64/libcudart.so.12": so()},
        links={"/usr/local/cuda": real, "/usr/local/cuda-12": real},
        environment={"CUDA_HOME": "/usr/local/cuda"},
    )
    found = toolkits(RecordedSources(machine, texts={"/usr/local/cuda/version.json": VERSION_JSON}))
    assert of_kind(found, "cuda") == [("12.4.1", "/usr/local/cuda", "CUDA_HOME")]


@pytest.mark.parametrize(
    ("texts", "version"),
    [
        ({"version.txt": "CUDA Version 10.2.89\n"}, "10.2.89"),
        ({"include/cuda.h": "#define CUDA_VERSION 12040\n"}, "12.4"),
        ({"version.json": "{damaged"}, ""),
    ],
)
def test_versions_of_cuda(texts: Mapping[str, str], version: str):
    machine = linux({"/opt/cuda/bin/nvcc": so()})
    (found,) = toolkits(RecordedSources(machine, texts={f"/opt/cuda/{name}": text for name, text in texts.items()}))
    assert found.version == version


def test_other_toolkits_on_windows():
    cudnn, hip, vulkan = PROGRAMS + r"\NVIDIA\CUDNN\v9.1", PROGRAMS + r"\AMD\ROCm\6.1", r"C:\VulkanSDK\1.3.275.0"
    files = {
        cudnn + r"\bin\12.4\cudnn64_9.dll": dll(),
        hip + r"\bin\hipcc.bin.exe": dll(),
        vulkan + r"\Bin\glslc.exe": dll(),
        SYSTEM32 + r"\vulkan-1.dll": dll(file_version=(1, 3, 275, 0)),
        PROGRAMS + r" (x86)\Intel\oneAPI\setvars.bat": None,
    }
    texts = {hip + r"\bin\.hipVersion": "HIP_VERSION_MAJOR=6\nHIP_VERSION_MINOR=1\nHIP_VERSION_PATCH=40252-53f3e11ac\n"}
    machine = windows(files, environment={"ProgramFiles": PROGRAMS, "ProgramFiles(x86)": PROGRAMS + " (x86)"})
    found = toolkits(RecordedSources(machine, texts=texts))
    assert of_kind(found, "cudnn") == [("9.1", cudnn, "place")]
    assert next(one for one in found if one.kind == "cudnn").libraries == (cudnn + r"\bin\12.4",)
    assert of_kind(found, "hip") == [("6.1.40252", hip, "place")]
    assert of_kind(found, "vulkan") == [("1.3.275.0", vulkan, "place"), ("1.3.275.0", SYSTEM32, "system")]
    assert of_kind(found, "oneapi") == [("", PROGRAMS + r" (x86)\Intel\oneAPI", "place")]


def test_rocm_and_what_a_distribution_packages():
    lib = "/usr/lib/x86_64-linux-gnu"
    cache = tuple(
        CacheEntry(name, f"{directory}/{name}", 0x303)
        for name, directory in (("libcudart.so.12", lib), ("libcudart.so.11.0", "/usr/local/cuda-11/lib64"))
    )
    machine = linux(
        {
            "/opt/rocm-6.1.2/lib/libamdhip64.so.6": so(),
            f"{lib}/libcudart.so.12.0.146": so(),
            "/usr/local/cuda-11/lib64/libcudart.so.11.0": so(),
        },
        links={f"{lib}/libcudart.so.12": f"{lib}/libcudart.so.12.0.146"},
        system={"library_cache": cache},
    )
    found = toolkits(RecordedSources(machine, texts={"/opt/rocm-6.1.2/.info/version": "6.1.2-129\n"}))
    assert of_kind(found, "rocm") == [("6.1.2", "/opt/rocm-6.1.2", "place")]
    assert of_kind(found, "cuda") == [("", "/usr/local/cuda-11", "place"), ("12.0.146", lib, "system")]


def test_conda():
    meta = VENV + r"\conda-meta"
    files = {
        rf"{meta}\cuda-cudart-12.4.127-0.json": None,
        rf"{meta}\cudnn-9.1.1.17-cuda12_0.json": None,
        rf"{meta}\python-3.11.9-h12be248_0.json": None,
        rf"{meta}\history": None,
    }
    found = toolkits(RecordedSources(windows(files)))
    assert [(one.kind, one.version, one.directory, one.libraries) for one in found] == [
        ("cuda", "12.4.127", VENV, (VENV + r"\Library\bin",)),
        ("cudnn", "9.1.1.17", VENV, (VENV + r"\Library\bin",)),
    ]


def test_wheels_on_both_systems():
    files = {
        SITE + r"\nvidia_cuda_runtime_cu12-12.4.127.dist-info\RECORD": None,
        SITE + r"\nvidia\cuda_runtime\bin\cudart64_12.dll": dll(),
        SITE + r"\nvidia_cudnn_cu12-9.1.0.70.dist-info\RECORD": None,
        SITE + r"\nvidia\cudnn\bin\cudnn64_9.dll": dll(),
        SITE + r"\nvidia_cuda_runtime_cu12_extras-1.dist-info\RECORD": None,
    }
    found = toolkits(RecordedSources(windows(files)))
    assert ("cudnn", "9.1.0.70", (SITE + r"\nvidia\cudnn\bin",), "wheel") in [
        (one.kind, one.version, one.libraries, one.source) for one in found
    ]
    assert of_kind(found, "cuda") == [("12.4.127", SITE, "wheel")]
    thirteen = {
        f"{LINUX_SITE}/nvidia_cuda_runtime-13.0.48.dist-info/RECORD": None,
        f"{LINUX_SITE}/nvidia/cu13/lib/libcudart.so.13": so(),
    }
    (newer,) = toolkits(RecordedSources(linux(thirteen)))
    assert (newer.kind, newer.version, newer.libraries) == ("cuda", "13.0.48", (f"{LINUX_SITE}/nvidia/cu13/lib",))


@pytest.mark.parametrize(
    ("directory", "version"),
    [
        (r"C:\x\CUDA\v12.4", "12.4"),
        ("/opt/rocm-6.1.2/", "6.1.2"),
        (r"C:\TensorRT-10.0.1.6", "10.0.1.6"),
        ("/opt/cuda", ""),
    ],
)
def test_versions_in_names(directory: str, version: str):
    assert from_name(directory) == version


def test_a_version_file_that_holds_something_else():
    assert parse_version_json(VERSION_JSON) == "12.4.1"
    for text in ("[]", "null", '{"cuda": []}', '{"cuda": {"version": 12}}', "[" * 100_000):
        assert parse_version_json(text) == ""
