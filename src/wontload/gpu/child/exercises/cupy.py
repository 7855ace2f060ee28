"""CuPy: a matrix on the GPU, and products of smaller ones; NumPy for the comparison.

Source: CuPy documentation, cupy.cuda.runtime, Memory Management (get_default_memory_pool, free_all_blocks).
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
        import cupy

        self._cupy, self._held, self._gpu = cupy, None, False

    def registered(self) -> dict[str, object]:
        """The runtime that it uses and the devices that it sees."""
        runtime = self._cupy.cuda.runtime
        try:
            count, said = runtime.getDeviceCount(), ""
        except runtime.CUDARuntimeError as error:
            count, said = 0, str(error)
        names = [runtime.getDeviceProperties(index)["name"].decode("utf-8", "replace") for index in range(count)]
        return {
            "version": self._cupy.__version__,
            "built_for": str(runtime.runtimeGetVersion()),
            "gpu_offload": count > 0,
            "devices": [{"name": f"cuda:{index}", "description": name} for index, name in enumerate(names)],
            "said": said,
        }

    def load(self, gpu: bool) -> dict[str, object]:
        """A matrix of 64 MiB."""
        self._gpu = gpu
        self._held = self._cupy.ones((SIDE, SIDE), dtype="float32") if gpu else None
        return {"bytes": BYTES if gpu else 0, "where": str(self._held.device) if gpu else "numpy"}

    def run(self) -> dict[str, object]:
        """Products of two matrices."""
        import numpy

        one = (self._cupy if self._gpu else numpy).ones((SMALL_SIDE, SMALL_SIDE), dtype="float32")

        def multiply() -> None:
            assert float((one @ one)[0, 0]) == SMALL_SIDE

        return measured(multiply)

    def release(self) -> None:
        """Let go of the matrix, and of what CuPy's pool keeps."""
        self._held = None
        self._cupy.get_default_memory_pool().free_all_blocks()
