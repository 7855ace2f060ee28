"""JAX: a matrix on the GPU, and products of smaller ones.

Source: JAX documentation, jax.devices, "GPU memory allocation" (XLA_PYTHON_CLIENT_PREALLOCATE: without it JAX takes
three quarters of the GPU's memory, and what one array takes is not to be seen).
"""

from __future__ import annotations

import os

from .array_work import BYTES, SIDE, SMALL_SIDE, measured

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Exercise:
    """See the package's docstring."""

    _held: Any  # what is put to work

    def __init__(self, options: dict[str, Any]) -> None:
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
        os.environ.setdefault("XLA_PYTHON_CLIENT_ALLOCATOR", "platform")
        import jax

        self._jax, self._held, self._device = jax, None, None

    def registered(self) -> dict[str, object]:
        """The backend that it chose and its devices."""
        devices = self._jax.devices()
        return {
            "version": self._jax.__version__,
            "gpu_offload": any(one.platform == "gpu" for one in devices),
            "devices": [{"name": str(one), "description": one.device_kind} for one in devices],
        }

    def load(self, gpu: bool) -> dict[str, object]:
        """A matrix of 64 MiB; on a GPU that is not there this raises with JAX's own words."""
        import numpy

        self._device = self._jax.devices("gpu" if gpu else "cpu")[0]
        self._held = self._jax.device_put(numpy.ones((SIDE, SIDE), dtype="float32"), self._device)
        self._held.block_until_ready()
        return {"bytes": BYTES if gpu else 0, "where": str(self._device)}

    def run(self) -> dict[str, object]:
        """Products of two matrices."""
        import numpy

        one = self._jax.device_put(numpy.ones((SMALL_SIDE, SMALL_SIDE), dtype="float32"), self._device)

        def multiply() -> None:
            (one @ one).block_until_ready()

        return measured(multiply)

    def release(self) -> None:
        """Let go of the matrix."""
        if self._held is not None:
            self._held.delete()
        self._held = None
