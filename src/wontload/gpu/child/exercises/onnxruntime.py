"""ONNX Runtime: a session of one matrix product, on the GPU's execution provider.

Source: ONNX Runtime, Python API: `get_available_providers` is the list compiled in; `InferenceSession.get_providers`
is what a session really has, after a provider that cannot be loaded was left out with a warning.
"""

from __future__ import annotations

from time import perf_counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RUNS = 50
GPU_PROVIDERS = ("CUDAExecutionProvider", "DmlExecutionProvider", "ROCMExecutionProvider", "MIGraphXExecutionProvider")


class Exercise:
    """See the package's docstring."""

    _session: Any  # what is put to work

    def __init__(self, options: dict[str, Any]) -> None:
        import onnxruntime

        self._package, self._options, self._session = onnxruntime, options, None
        self._wanted = [one for one in onnxruntime.get_available_providers() if one in GPU_PROVIDERS]

    def registered(self) -> dict[str, object]:
        """The providers compiled in."""
        return {
            "version": self._package.__version__,
            "gpu_offload": bool(self._wanted),
            "compiled_in": self._package.get_available_providers(),
        }

    def load(self, gpu: bool) -> dict[str, object]:
        """A session; what it really has is told."""
        providers = [*(self._wanted if gpu else ()), "CPUExecutionProvider"]
        self._session = self._package.InferenceSession(self._options["model"], providers=providers)
        real = self._session.get_providers()
        return {"bytes": self._options["model_bytes"] if gpu else 0, "where": ", ".join(real)}

    def run(self) -> dict[str, object]:
        """Products of a vector and the model's matrix."""
        import numpy

        side = self._session.get_inputs()[0].shape[1]
        given = {self._session.get_inputs()[0].name: numpy.ones((1, side), dtype="float32")}
        self._session.run(None, given)
        begin = perf_counter()
        for _ in range(RUNS):
            self._session.run(None, given)
        return {"runs/s": RUNS / (perf_counter() - begin)}

    def release(self) -> None:
        """End the session."""
        self._session = None
