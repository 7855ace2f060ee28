"""Which of a wheel's files are a part of it for a GPU, that an import does without, by what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wontload.knowledge.components import component_of
from wontload.knowledge.families import base_name

# Components that come with a GPU's driver, or that a program for one kind of GPU needs.
COMPONENT = re.compile(
    r"^(nvidia|cuda|cudnn|cublas|cufft|curand|cusolver|cusparse|nv|npp|nccl|tensorrt|rocm|hip|amd|level-zero|sycl|oneapi|"
    r"vulkan|opencl)"
)
FILE = re.compile(r"(?i)(cuda|cu\d\d|rocm|hip|xpu|sycl|vulkan|opencl|gpu|nvidia|tensorrt|trt)")
LIBRARY = re.compile(
    r"(?i)^(lib)?(nvcuda|cuda|cudart|cublas|cudnn|cufft|curand|cusolver|cusparse|nv|nccl|npp|hip|roc|amdhip|sycl|ze_loader|"
    r"opencl|vulkan|mkl_sycl)"
)


def is_of_a_gpu(library: str) -> bool:
    """Whether a library is one that only a program for a GPU needs."""
    component = component_of(library)
    return bool(LIBRARY.match(base_name(library)) or (component and COMPONENT.match(component.name.lower())))


def is_named_after_a_gpu(name: str) -> bool:
    """Whether a file's or distribution's name has that of a GPU's software in it: `mlx-cuda-12`."""
    return bool(FILE.search(name))


def is_gpu_part(file: str, files: Iterable[str]) -> bool:
    """Whether a library of a wheel is named after a GPU's software, while another of the wheel's `files` is not."""
    return bool(FILE.search(base_name(file))) and not all(FILE.search(base_name(one)) for one in files)
