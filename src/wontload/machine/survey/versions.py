"""Which version of a toolkit lies in a directory: from the files that its maker puts there, else from its name.

Sources: NVIDIA's `version.json` (CUDA 11.1 and newer), `version.txt` (older), `include/cuda.h`,
`include/cudnn_version.h`, `include/NvInferVersion.h`; AMD's `bin/.hipVersion` and `.info/version`.
"""

from __future__ import annotations

import json
import re

from wontload.machine.survey.sources import Sources

HEADER_BYTES = 1 << 18


def _defined(*names: str) -> str:
    """A pattern for the values of these names, in this order, in a C header or a list of `NAME=value`."""
    return ".*?".join(rf"{name}[ =](\d+)" for name in names)


# Files of each kind, and what in them is the version: one group, or the numbers that are joined with dots.
HIP = _defined("HIP_VERSION_MAJOR", "HIP_VERSION_MINOR", "HIP_VERSION_PATCH")
TEXTS: dict[str, tuple[tuple[str, str], ...]] = {
    "cuda": (("version.txt", r"CUDA Version (\d+(?:\.\d+)+)"),),
    "cudnn": (("include/cudnn_version.h", _defined("CUDNN_MAJOR", "CUDNN_MINOR", "CUDNN_PATCHLEVEL")),),
    "tensorrt": (
        ("include/NvInferVersion.h", _defined("TRT_MAJOR_ENTERPRISE", "TRT_MINOR_ENTERPRISE", "TRT_PATCH_ENTERPRISE")),
        ("include/NvInferVersion.h", _defined("NV_TENSORRT_MAJOR", "NV_TENSORRT_MINOR", "NV_TENSORRT_PATCH")),
    ),
    "hip": (("bin/.hipVersion", HIP), ("share/hip/version", HIP)),
    "rocm": ((".info/version", r"(\d+(?:\.\d+)+)"),),
}


def version_of(sources: Sources, kind: str, directory: str) -> str:
    """Such as `12.4.1`; empty when nothing tells it."""
    if kind == "cuda" and (version := _cuda(sources, directory)):
        return version
    for file, pattern in TEXTS.get(kind, ()):
        text = sources.text(sources.path.join(directory, *file.split("/")), HEADER_BYTES) or ""
        if found := re.search(pattern, text, re.DOTALL):
            return ".".join(found.groups())
    return from_name(directory)


def from_name(directory: str) -> str:
    """`…\\CUDA\\v12.4` is 12.4, `/opt/rocm-6.1.2` is 6.1.2."""
    name = directory.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    found = re.search(r"(?:^v?|[-_])(\d+(?:\.\d+)+)$", name)
    return found[1] if found else ""


def _cuda(sources: Sources, directory: str) -> str:
    text = sources.text(sources.path.join(directory, "version.json"), HEADER_BYTES)
    if text and (version := parse_version_json(text)):
        return version
    header = sources.text(sources.path.join(directory, "include", "cuda.h"), HEADER_BYTES) or ""
    if found := re.search(r"#define CUDA_VERSION (\d+)", header):
        number = int(found[1])
        return f"{number // 1000}.{number % 1000 // 10}"
    return ""


def parse_version_json(text: str) -> str:
    """The toolkit's own version in `version.json`; empty for what is no such file."""
    try:
        version = json.loads(text)["cuda"]["version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return version if isinstance(version, str) else ""
