"""CTranslate2 (and faster-whisper, which is built on it): an array moved to the GPU.

Source: CTranslate2 documentation, Python reference: get_cuda_device_count, get_supported_compute_types,
StorageView.to_device (since 4.0).
"""

from __future__ import annotations

from time import perf_counter

from .array_work import BYTES, SIDE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COPIES = 10


class Exercise:
    """See the package's docstring."""

    _held: Any  # what is put to work
    _given: Any

    def __init__(self, options: dict[str, Any]) -> None:
        import ctranslate2

        self._package, self._held, self._given = ctranslate2, None, None

    def registered(self) -> dict[str, object]:
        """The GPUs that it sees."""
        count = self._package.get_cuda_device_count()
        kinds = sorted(self._package.get_supported_compute_types("cuda")) if count else []
        return {
            "version": self._package.__version__,
            "gpu_offload": count > 0,
            "devices": [{"name": f"cuda:{index}", "description": ", ".join(kinds)} for index in range(count)],
        }

    def load(self, gpu: bool) -> dict[str, object]:
        """An array of 64 MiB."""
        import numpy

        self._given = self._package.StorageView.from_array(numpy.ones((SIDE, SIDE), dtype="float32"))
        device = self._package.Device.cuda if gpu else self._package.Device.cpu
        self._held = self._given.to_device(device)
        return {"bytes": BYTES if gpu else 0, "where": str(self._held.device)}

    def run(self) -> dict[str, object]:
        """Copies of the array."""
        begin = perf_counter()
        for _ in range(COPIES):
            self._given.to_device(self._package.Device.cpu)
        return {"copies/s": COPIES / (perf_counter() - begin)}

    def release(self) -> None:
        """Let go of the array."""
        self._held = self._given = None
