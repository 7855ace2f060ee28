"""llama-cpp-python: a model with all layers on the GPU, and a few tokens.

Source: abetlen/llama-cpp-python, llama_cpp/llama.py (`Llama`, whose `n_gpu_layers` is 0 unless asked for; -1 is all)
and llama_cpp.py; ggml-org/llama.cpp, ggml/include/ggml-backend.h (the list of devices, since 2024-10).
"""

from __future__ import annotations

import ctypes
import inspect
import os
from time import perf_counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

MOST_DEVICES = 64
PROMPT, PROMPTS, TOKENS = 64, 4, 64  # tokens of a prompt, how often it is read, tokens made after it


class Exercise:
    """See the package's docstring."""

    _llama: Any  # what is put to work

    def __init__(self, options: dict[str, Any]) -> None:
        import llama_cpp

        self._package: Any = llama_cpp
        self._options, self._llama = options, None

    def registered(self) -> dict[str, object]:
        """Build information, devices, and the default of `n_gpu_layers`."""
        package = self._package
        wanted = inspect.signature(package.Llama.__init__).parameters.get("n_gpu_layers")
        return {
            "version": package.__version__,
            "gpu_offload": _asked(package, "llama_supports_gpu_offload"),
            "system_info": (_asked(package, "llama_print_system_info") or b"").decode("utf-8", "replace").strip(),
            "devices": _devices(package.llama_cpp),
            "default_layers": wanted.default if wanted else None,
        }

    def load(self, gpu: bool) -> dict[str, object]:
        """The model, all of its layers or none of them on the GPU."""
        arguments = {
            "model_path": self._options["model"],
            "n_gpu_layers": -1 if gpu else 0,
            "n_ctx": 512,
            "seed": 1,
            "verbose": True,
        }
        if not gpu:
            arguments.update(offload_kqv=False, op_offload=False)
        known = inspect.signature(self._package.Llama.__init__).parameters
        begin = perf_counter()
        self._llama = self._package.Llama(**{name: value for name, value in arguments.items() if name in known})
        return {"bytes": self._options["model_bytes"] if gpu else 0, "load_s": perf_counter() - begin}

    def run(self) -> dict[str, object]:
        """Tokens a second: of a prompt at once, then one at a time."""
        llama = self._llama
        times = []
        for _ in range(PROMPTS):  # the first call sets up what the rest need
            llama.reset()
            begin = perf_counter()
            llama.eval(list(range(3, 3 + PROMPT)))
            times.append(perf_counter() - begin)
        prompt_s, begin = min(times), perf_counter()
        for token in range(TOKENS):
            llama.eval([3 + token])
        return {"prompt tokens/s": PROMPT / prompt_s, "tokens/s": TOKENS / (perf_counter() - begin)}

    def release(self) -> None:
        """Free the model and its context."""
        llama, self._llama = self._llama, None
        if hasattr(llama, "close"):
            llama.close()


def _asked(package: Any, name: str) -> Any:
    function = getattr(package, name, None)
    return None if function is None else function()


def _devices(bindings: Any) -> list[dict[str, object]] | None:
    """What ggml has registered; `None` for a version that keeps no list.

    On Windows each function must be asked of the library that exports it: ggml.dll counts, ggml-base.dll describes.
    """
    libraries = list(_libraries(bindings))
    count = _function(libraries, "count", ctypes.c_size_t)
    get = _function(libraries, "get", ctypes.c_void_p, ctypes.c_size_t)
    name = _function(libraries, "name", ctypes.c_char_p, ctypes.c_void_p)
    description = _function(libraries, "description", ctypes.c_char_p, ctypes.c_void_p)
    if count is None or get is None or name is None or description is None:
        return None
    devices = [get(index) for index in range(min(count(), MOST_DEVICES))]
    return [{"name": _text(name(one)), "description": _text(description(one))} for one in devices]


def _function(libraries: list[Any], name: str, returns: Any, *takes: Any) -> Any:
    for library in libraries:
        function = getattr(library, "ggml_backend_dev_" + name, None)
        if function is not None:
            function.restype, function.argtypes = returns, takes
            return function
    return None


def _text(name: bytes | None) -> str:
    return (name or b"").decode("utf-8", "replace")


def _libraries(bindings: Any) -> Iterator[Any]:
    """The library of llama.cpp that the package loaded, and ggml's beside it."""
    library = getattr(bindings, "_lib", None)
    directory = os.path.dirname(getattr(library, "_name", "") or "")
    for name in ("ggml", "ggml-base"):
        for file in (name + ".dll", "lib" + name + ".so", "lib" + name + ".dylib"):
            path = os.path.join(directory, file)
            if os.path.exists(path):
                yield ctypes.CDLL(path)
    if library is not None:
        yield library
