"""WL707: the build lacked memory, disk, path length or network."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.log.cause import Cause, Log, stated


def starved(log: Log) -> Iterator[Cause]:
    """The tools are all there, and the place where they work does not hold the build.

    A tool that is not there is WL701; a wheel that pip could not fetch is WL505.
    """
    yield from stated(log, "WL707")
