"""Which CUDA major a package is built for, by what it needs, what it is called, and last by the driver.

Some libraries have one file name for CUDA 12 and for CUDA 13 (`libnccl.so.2`, `libcutensor.so.2`) and a wheel for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from wontload.knowledge.components import component_of
from wontload.knowledge.providers import cuda_majors_of

# `cupy-cuda13x`, `jax-cuda12-plugin`, `nvidia-cublas-cu12`, the local version in `torch 2.9.0+cu130`: the major has two
# digits since CUDA 10. Source: the names of these projects on PyPI; the CUDA wheels of download.pytorch.org.
NAMED = re.compile(r"(?:cuda|(?<![a-z])cu)[-_]?(1\d)(?!\d{2})", re.IGNORECASE)


class CudaInUse(NamedTuple):
    """A CUDA major, and what tells it, one clause."""

    major: int
    because: str


def cuda_in_use(
    files: Iterable[str],
    names: Iterable[str],
    *,
    elsewhere: Iterable[str] = (),
    requires: Iterable[str] = (),
    driver: tuple[int, int] | None = None,
    among: Iterable[int] = (),
) -> CudaInUse | None:
    """The CUDA major that is meant; `None` where nothing tells.

    Args:
        files: names of libraries that the user of the one in question needs as well.
        names: of the distribution, with its version.
        elsewhere: libraries that something else in the process needs, the nearest first.
        requires: what it requires, optional things too: they tell where they are all for one major.
        driver: the newest CUDA that the driver takes. It takes all before that too, so it tells least.
        among: the majors that there are to choose from, for the driver to choose.
    """
    if found := _of_files(files):
        return found
    for name in names:
        if match := NAMED.search(name):
            return CudaInUse(int(match[1]), f"{name} says so")
    if found := _of_files(elsewhere):
        return found
    required = {int(match[1]): name for name in requires if (match := NAMED.search(name))}
    if len(required) == 1:
        return next(CudaInUse(major, f"{name} is required") for major, name in required.items())
    fit = [major for major in among if driver is not None and major <= driver[0]]
    return CudaInUse(max(fit), f"the driver takes CUDA {driver[0]}.{driver[1]}") if fit and driver else None


def _of_files(files: Iterable[str]) -> CudaInUse | None:
    for file in files:
        component = component_of(file)
        majors = cuda_majors_of(component) if component else frozenset()
        if len(majors) == 1:
            return CudaInUse(min(majors), f"{file} is needed as well")
    return None
