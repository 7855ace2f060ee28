"""bitsandbytes: a matrix of PyTorch's on the GPU, quantised there by its own library.

Source: bitsandbytes-foundation/bitsandbytes, bitsandbytes/cextension.py (`lib.compiled_with_cuda`) and functional.py
(`quantize_4bit`).
"""

from __future__ import annotations

from time import perf_counter

from .array_work import SIDE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ROUNDS = 10


class Exercise:
    """See the package's docstring."""

    _held: Any  # what is put to work

    def __init__(self, options: dict[str, Any]) -> None:
        import bitsandbytes
        import torch

        self._package, self._torch, self._held, self._device = bitsandbytes, torch, None, "cpu"

    def registered(self) -> dict[str, object]:
        """Which of its libraries it chose."""
        library = self._package.cextension.lib
        return {
            "version": self._package.__version__,
            "gpu_offload": bool(getattr(library, "compiled_with_cuda", False)) and self._torch.cuda.is_available(),
            "library": str(getattr(getattr(library, "_lib", None), "_name", "")),
        }

    def load(self, gpu: bool) -> dict[str, object]:
        """A quantised matrix of 8 MiB."""
        self._device = "cuda" if gpu else "cpu"
        given = self._torch.ones(SIDE, SIDE, device=self._device)
        self._held = self._package.functional.quantize_4bit(given)
        return {"bytes": SIDE * SIDE // 2 if gpu else 0, "where": str(self._held[0].device)}

    def run(self) -> dict[str, object]:
        """The way back, some times."""
        begin = perf_counter()
        for _ in range(ROUNDS):
            back = self._package.functional.dequantize_4bit(*self._held)
        assert abs(float(back[0, 0]) - 1) < 0.2
        return {"dequantisations/s": ROUNDS / (perf_counter() - begin)}

    def release(self) -> None:
        """Let go of it all, and of what PyTorch's allocator keeps."""
        self._held = None
        if self._device == "cuda":
            self._torch.cuda.empty_cache()
