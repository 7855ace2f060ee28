"""Wheels in the shapes in which llama-cpp-python is published, with tables and GPU code and no code else."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from pathlib import Path

from tests.support.gpu_images import fatbin, fatbin_entry
from tests.support.images import pe
from tests.support.index_server import IndexServer
from tests.support.wheels import make_wheel

CUBIN, PTX = 2, 1
KERNEL_BYTES = 120_000  # of one entry of GPU code; random, so that it does not compress


def gpu_code(*targets: int, ptx: Sequence[int] = (), containers: int = 8, version: tuple[int, int] = (8, 4)) -> bytes:
    """Fatbins as nvcc makes them: each holds code for the same targets, PTX in a version of that language."""
    noise = random.Random(sum(targets))
    return b"".join(
        fatbin(
            *(fatbin_entry(CUBIN, one, payload=noise.randbytes(KERNEL_BYTES)) for one in targets),
            *(fatbin_entry(PTX, one, payload=noise.randbytes(KERNEL_BYTES), version=version) for one in ptx),
        )
        for _ in range(containers)
    )


def cuda_wheel(directory: Path, version: str, python: str, *, cuda: int = 12, code: bytes = b"") -> Path:
    """As the project's own indexes have them since 0.3: libraries beside one another in `llama_cpp/lib`."""
    runtime = [f"cudart64_{cuda if cuda > 11 else 110}.dll", f"cublas64_{cuda}.dll"]
    lib = "llama_cpp/lib"
    files = {
        "llama_cpp/__init__.py": b"from .llama_cpp import *\n",
        f"{lib}/llama.dll": pe(needs=["ggml.dll", "KERNEL32.dll"]),
        f"{lib}/ggml.dll": pe(needs=["ggml-base.dll", "ggml-cpu.dll", "ggml-cuda.dll"]),
        f"{lib}/ggml-base.dll": pe(needs=["KERNEL32.dll"]),
        f"{lib}/ggml-cpu.dll": pe(needs=["ggml-base.dll"]),
        f"{lib}/ggml-cuda.dll": pe(needs=["ggml-base.dll", "nvcuda.dll", *runtime], gpu_code=code),
    }
    return make_wheel(directory, files, name="llama_cpp_python", version=version, tag=f"{python}-{python}-win_amd64")


def historic_wheel(directory: Path, version: str, python: str, *, cuda: int = 11, code: bytes = b"") -> Path:
    """As jllllll's indexes have them: one `llama.dll` with the CUDA code in it."""
    runtime = [f"cudart64_{cuda if cuda > 11 else 110}.dll", f"cublas64_{cuda}.dll"]
    files = {
        "llama_cpp/__init__.py": b"from .llama_cpp import *\n",
        "llama_cpp/llama.dll": pe(needs=["KERNEL32.dll", *runtime], gpu_code=code),
    }
    return make_wheel(directory, files, name="llama_cpp_python", version=version, tag=f"{python}-{python}-win_amd64")


def cpu_wheel(directory: Path, version: str, python: str) -> Path:
    """A build for the CPU."""
    lib = "llama_cpp/lib"
    files = {
        "llama_cpp/__init__.py": b"from .llama_cpp import *\n",
        f"{lib}/llama.dll": pe(needs=["ggml.dll", "KERNEL32.dll"]),
        f"{lib}/ggml.dll": pe(needs=["ggml-base.dll", "ggml-cpu.dll"]),
        f"{lib}/ggml-base.dll": pe(needs=["KERNEL32.dll"]),
        f"{lib}/ggml-cpu.dll": pe(needs=["ggml-base.dll"]),
    }
    return make_wheel(directory, files, name="llama_cpp_python", version=version, tag=f"{python}-{python}-win_amd64")


def offer(server: IndexServer, index: str, *paths: Path, sources: Sequence[str] = (), **how: object) -> str:
    """Serve files as an index of llama-cpp-python; returns the index's URL."""
    rows = []
    for path in paths:
        body = path.read_bytes()
        server.file(f"/{index}/files/{path.name}", body, **how)
        digest = hashlib.sha256(body).hexdigest()
        rows.append(f'<a href="../files/{path.name.replace("+", "%2B")}#sha256={digest}">{path.name}</a>')
    rows += [f'<a href="../files/{name}">{name}</a>' for name in sources]
    server.page(f"/{index}/llama-cpp-python/", "\n".join(rows))
    return f"{server.url}/{index}"
