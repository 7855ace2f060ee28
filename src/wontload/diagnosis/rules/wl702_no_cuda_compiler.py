"""WL702: no CUDA compiler, or Visual Studio lacks the CUDA integration."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.log.cause import Cause, Log, stated


def no_cuda_compiler(log: Log) -> Iterator[Cause]:
    """The build wants CUDA, and finds no nvcc or no way to call it from Visual Studio.

    An nvcc that runs and refuses the host compiler is WL703.
    """
    yield from stated(log, "WL702")
