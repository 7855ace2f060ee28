"""WL703: nvcc does not accept this host compiler."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.log.cause import Cause, Log, stated


def host_compiler(log: Log) -> Iterator[Cause]:
    """The CUDA compiler said so itself, or did not understand that compiler's headers."""
    yield from stated(log, "WL703")
