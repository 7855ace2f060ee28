"""One sentence on a package's files for GPUs, for reports of an import and of a fix."""

from __future__ import annotations

from wontload.diagnosis.gpu_backend import GpuBackend
from wontload.report.text import and_list


def gpu_backend_said(backend: GpuBackend | None, target: str) -> str:
    """One sentence on the package's files for GPUs; empty where there is nothing to say."""
    if backend is None or not backend.files:
        return ""  # a CPU build where a GPU is here is WL405
    if backend.mapped:
        return (
            f"{and_list(list(backend.mapped))} is mapped; `wontload verify {target} --gpu` measures whether it is used"
        )
    return f"{and_list(list(backend.files))} is there, and was not mapped by the import"
