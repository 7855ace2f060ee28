"""WL701: no C/C++ compiler, CMake or build tool."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.log.cause import Cause, Log, stated


def no_build_tool(log: Log) -> Iterator[Cause]:
    """A tool that the build calls is not there.

    nvcc is WL702. A compiler that is there and is not the one that works is WL706.
    """
    yield from stated(log, "WL701")
