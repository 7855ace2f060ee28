"""PyTorch: a matrix on the GPU, and products of smaller ones.

Source: PyTorch documentation, torch.cuda (is_available, get_arch_list, get_device_name, empty_cache).
"""

from __future__ import annotations

from .array_work import BYTES, SIDE, SMALL_SIDE, measured

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Exercise:
    """See the package's docstring."""

    _held: Any  # what is put to work

    def __init__(self, options: dict[str, Any]) -> None:
        import torch

        self._torch, self._held = torch, None
        self._device = "cpu"

    def registered(self) -> dict[str, object]:
        """What it was built for, and what it sees."""
        torch = self._torch
        cuda = torch.cuda
        available = cuda.is_available()
        return {
            "version": torch.__version__,
            "built_for": torch.version.cuda or getattr(torch.version, "hip", None),
            "gpu_offload": available,
            "devices": [
                {"name": f"cuda:{index}", "description": cuda.get_device_name(index)}
                for index in range(cuda.device_count() if available else 0)
            ],
            "architectures": cuda.get_arch_list() if available else None,
        }

    def load(self, gpu: bool) -> dict[str, object]:
        """A matrix of 64 MiB; on a GPU that is not there this raises with PyTorch's own words."""
        self._device = "cuda" if gpu else "cpu"
        self._held = self._torch.ones(SIDE, SIDE, device=self._device)
        return {"bytes": BYTES if gpu else 0, "where": str(self._held.device)}

    def run(self) -> dict[str, object]:
        """Products of two matrices."""
        one = self._torch.ones(SMALL_SIDE, SMALL_SIDE, device=self._device)

        def multiply() -> None:
            product = one @ one
            if self._device == "cuda":
                self._torch.cuda.synchronize()
            assert float(product[0, 0]) == SMALL_SIDE

        return measured(multiply)

    def release(self) -> None:
        """Let go of the matrix, and of what PyTorch's allocator keeps."""
        self._held = None
        if self._device == "cuda":
            self._torch.cuda.empty_cache()
