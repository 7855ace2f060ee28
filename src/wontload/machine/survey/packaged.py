"""Runtimes that package managers bring: the system's own (apt, dnf), conda's, and wheels.

Sources: names of conda packages on the `nvidia` and `conda-forge` channels (`conda-meta/NAME-VERSION-BUILD.json`);
NVIDIA's wheels (`nvidia/*/bin` on Windows, `nvidia/*/lib` elsewhere; CUDA 13: `nvidia/cu13`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wontload.machine.inventory import Toolkit
from wontload.machine.survey.search import matching
from wontload.machine.survey.sources import Sources

# Kind by the name of the package that brings its main library.
CONDA = {
    "cuda-cudart": "cuda", "cudatoolkit": "cuda", "cudnn": "cudnn", "libcudnn": "cudnn", "tensorrt": "tensorrt",
    "libvulkan-loader": "vulkan", "hip": "hip",
}  # fmt: skip
WHEELS = (
    (re.compile(r"nvidia[-_.]cuda[-_.]runtime(?:[-_.]cu\d+)?-"), "cuda"),
    (re.compile(r"nvidia[-_.]cudnn[-_.]cu\d+-"), "cudnn"),
    (re.compile(r"tensorrt[-_.]cu\d+[-_.]libs-"), "tensorrt"),
    (re.compile(r"rocm[-_.]sdk[-_.]core-"), "rocm"),
)
# Of each kind: directories of a wheel below site-packages that hold its libraries.
PLACES = {
    "cuda": ("nvidia/*/bin", "nvidia/*/bin/*", "nvidia/*/lib"),
    "cudnn": ("nvidia/cudnn/bin", "nvidia/cudnn/lib"),
    "tensorrt": ("tensorrt_libs",),
    "rocm": ("_rocm_sdk_core/lib", "_rocm_sdk_core/bin"),
}
OTHERS = re.compile(r"[\\/]nvidia[\\/](cudnn|nccl|nvshmem|cusparselt|cutensor)\b")  # beside CUDA and no part of it
SYSTEM_LIBRARIES = {
    "cuda": r"libcudart\.so\.\d+", "cudnn": r"libcudnn\.so\.\d+", "tensorrt": r"libnvinfer\.so\.\d+",
    "vulkan": r"libvulkan\.so\.1", "rocm": r"libamdhip64\.so\.\d+",
}  # fmt: skip


def of_system(sources: Sources) -> Iterator[Toolkit]:
    """Libraries that the loader finds by itself: in `ld.so.cache`, outside of a toolkit's own directory."""
    if sources.system == "windows":
        if path := sources.library("vulkan-1.dll"):
            folder = sources.path.dirname(path)
            yield Toolkit(
                kind="vulkan",
                version=sources.file_version(path),
                directory=folder,
                libraries=(folder,),
                source="system",
            )
        return
    for kind, pattern in SYSTEM_LIBRARIES.items():
        seen = set()
        for entry in sources.machine.system.library_cache or ():
            if not re.fullmatch(pattern, entry.name) or not sources.is_file(entry.path):
                continue
            real = sources.real(entry.path)
            folder = sources.path.dirname(entry.path)
            if real in seen or re.search(r"/(cuda|rocm|TensorRT)[^/]*/", real):
                continue
            seen.add(real)
            version = re.search(r"\.so\.([\d.]+)$", real)
            yield Toolkit(
                kind=kind,
                version=version[1] if version else "",
                directory=folder,
                libraries=(folder,),
                source="system",
            )


def of_conda(sources: Sources) -> Iterator[Toolkit]:
    """Runtimes in conda environments: the interpreter's, and the active one."""
    python = sources.machine.python
    prefixes = [python.prefix, python.base_prefix] if python else []
    for prefix in dict.fromkeys((*prefixes, sources.variable("CONDA_PREFIX"))):
        if not prefix:
            continue
        below = ("Library", "bin") if sources.system == "windows" else ("lib",)
        libraries = sources.path.join(prefix, *below)
        seen = set()
        for name in sources.names(sources.path.join(prefix, "conda-meta")):
            found = re.fullmatch(r"(.+)-([^-]+)-[^-]+\.json", name)
            kind = CONDA.get(found[1]) if found else None
            if found and kind and kind not in seen:
                seen.add(kind)
                yield Toolkit(kind=kind, version=found[2], directory=prefix, libraries=(libraries,), source="conda")


def of_wheels(sources: Sources) -> Iterator[Toolkit]:
    """Runtimes that pip installed, in every site-packages of the interpreter."""
    python = sources.machine.python
    for site in dict.fromkeys(python.path if python else ()):
        for name in sources.names(site):
            if not name.endswith(".dist-info"):
                continue
            for pattern, kind in WHEELS:
                if pattern.match(name.lower()):
                    version = name.removesuffix(".dist-info").rsplit("-", 1)[-1]
                    places = (path for place in PLACES[kind] for path in matching(sources, site, place))
                    own = (path for path in places if kind != "cuda" or not OTHERS.search(path))
                    libraries = tuple(path for path in own if sources.is_directory(path))
                    yield Toolkit(kind=kind, version=version, directory=site, libraries=libraries, source="wheel")
