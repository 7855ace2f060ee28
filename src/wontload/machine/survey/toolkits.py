"""Toolkits and runtimes for accelerators, wherever they lie: CUDA, cuDNN, TensorRT, HIP and ROCm, Vulkan, oneAPI.

A candidate is a directory and what led to it; what is in the directory decides whether it counts. One directory counts
once, under the first of its names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from wontload.machine.inventory import Toolkit
from wontload.machine.survey import packaged
from wontload.machine.survey.search import matching, program_files, rooted
from wontload.machine.survey.sources import Sources
from wontload.machine.survey.versions import version_of

CUDA_KEY = r"HKLM\SOFTWARE\NVIDIA Corporation\GPU Computing Toolkit\CUDA"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of toolkit and where it is looked for.

    Attributes:
        name: as `Toolkit.kind`.
        variables: environment variables that name a root, `*` for a version.
        windows, posix: usual roots; `{program_files}` stands for both of Windows' directories of that name.
        libraries: directories below a root that hold what programs load, `*` for a name.
        signs: files below a root of which one must be there, `*` for a part of a name.
    """

    name: str
    variables: tuple[str, ...]
    windows: tuple[str, ...]
    posix: tuple[str, ...]
    libraries: tuple[str, ...]
    signs: tuple[str, ...]


# Sources: NVIDIA's installation guides for CUDA, cuDNN and TensorRT (CUDA 13 puts DLLs into bin\x64; cuDNN 9 has one
# directory below bin for each CUDA); AMD, HIP SDK for Windows and ROCm on Linux; LunarG, Vulkan SDK; Intel, oneAPI.
KINDS = (
    Kind(
        "cuda",
        ("CUDA_PATH", "CUDA_HOME", "CUDA_ROOT", "CUDAToolkit_ROOT", "CUDA_PATH_V*"),
        (r"{program_files}\NVIDIA GPU Computing Toolkit\CUDA\v*",),
        ("/usr/local/cuda", "/usr/local/cuda-*", "/opt/cuda", "/opt/nvidia/hpc_sdk/Linux_*/*/cuda/*", "/usr/lib/cuda"),
        ("bin", "bin/x64", "bin/arm64", "lib64", "lib", "targets/*/lib", "compat"),
        ("version.json", "version.txt", "bin/nvcc*", "include/cuda.h", "bin/cudart64_*.dll", "bin/x64/cudart64_*.dll",
         "lib64/libcudart.so*", "lib/libcudart.so*"),
    ),
    Kind(
        "cudnn",
        ("CUDNN_PATH", "CUDNN_HOME", "CUDNN_ROOT"),
        (r"{program_files}\NVIDIA\CUDNN\v*",),
        ("/usr/local/cudnn*",),
        ("bin", "bin/*", "bin/*/x64", "lib64", "lib", "lib/*"),
        ("bin/cudnn*.dll", "bin/*/cudnn*.dll", "bin/*/x64/cudnn*.dll", "lib64/libcudnn.so*", "lib/libcudnn.so*"),
    ),
    Kind(
        "tensorrt",
        ("TENSORRT_HOME", "TENSORRT_ROOT", "TRT_ROOT"),
        (r"{program_files}\NVIDIA\TensorRT-*", r"C:\TensorRT*"),
        ("/usr/local/TensorRT*", "/opt/TensorRT*"),
        ("bin", "lib"),
        ("bin/nvinfer*.dll", "lib/nvinfer*.dll", "lib/libnvinfer.so*"),
    ),
    Kind(
        "hip",
        ("HIP_PATH", "HIP_PATH_*"),
        (r"{program_files}\AMD\ROCm\*",),
        (),
        ("bin", "lib"),
        ("bin/hipcc*", "bin/amdhip64*.dll", "bin/hipInfo.exe", "bin/.hipVersion"),
    ),
    Kind(
        "rocm",
        ("ROCM_PATH", "ROCM_HOME"),
        (),
        ("/opt/rocm", "/opt/rocm-*"),
        ("lib", "lib64"),
        (".info/version", "lib/libamdhip64.so*"),
    ),
    Kind(
        "vulkan",
        ("VULKAN_SDK",),
        (r"C:\VulkanSDK\*",),
        (),
        ("Bin", "bin", "lib", "Lib"),
        ("Bin/glslc*", "bin/glslc*", "Include/vulkan/vulkan.h", "include/vulkan/vulkan.h"),
    ),
    Kind(
        "oneapi",
        ("ONEAPI_ROOT",),
        (r"{program_files}\Intel\oneAPI",),
        ("/opt/intel/oneapi",),
        ("compiler/latest/bin", "compiler/latest/lib", "mkl/latest/bin", "mkl/latest/lib", "tbb/latest/bin"),
        ("setvars.*", "compiler/*/env/vars.*", "mkl/*/env/vars.*"),
    ),
)  # fmt: skip


def toolkits(sources: Sources) -> tuple[Toolkit, ...]:
    """Every one that is found, in the order of `KINDS`: installed ones, then conda's, then wheels'."""
    found = [one for kind in KINDS for one in _installed(sources, kind)]
    return (*found, *packaged.of_system(sources), *packaged.of_conda(sources), *packaged.of_wheels(sources))


def _installed(sources: Sources, kind: Kind) -> Iterator[Toolkit]:
    seen: set[str] = set()
    for directory, source in _candidates(sources, kind):
        directory = directory.strip().strip('"').rstrip("\\/")
        real = sources.real(directory).lower() if sources.system == "windows" else sources.real(directory)
        if not directory or real in seen or not sources.is_directory(directory):
            continue
        if not any(True for sign in kind.signs for _ in matching(sources, directory, sign)):
            continue
        seen.add(real)
        below = [path for sub in kind.libraries for path in matching(sources, directory, sub)]
        libraries = {sources.real(path): path for path in reversed(below) if _has_libraries(sources, path)}
        yield Toolkit(
            kind=kind.name,
            version=version_of(sources, kind.name, directory),
            directory=directory,
            libraries=tuple(path for path in below if libraries.get(sources.real(path)) == path),
            source=source,
        )


def _candidates(sources: Sources, kind: Kind) -> Iterator[tuple[str, str]]:
    for pattern in kind.variables:
        for name, value in sorted(sources.machine.environment.items()):
            if fnmatchcase(name.upper(), pattern.upper()) and value:
                yield value, name
    if kind.name == "cuda" and sources.system == "windows":
        for version in sources.registry.keys(CUDA_KEY):
            values = sources.registry.values(rf"{CUDA_KEY}\{version}") or {}
            if directory := values.get("InstallDir"):
                yield str(directory), "registry"
    for pattern in kind.windows if sources.system == "windows" else kind.posix:
        for concrete in program_files(sources, pattern):
            yield from ((path, "place") for path in reversed(matching(sources, *rooted(sources, concrete))))


def _has_libraries(sources: Sources, directory: str) -> bool:
    suffix = r"(?i)\.dll$" if sources.system == "windows" else r"\.(so(\.\d+)*|dylib)$"
    return any(re.search(suffix, name) for name in sources.names(directory))
