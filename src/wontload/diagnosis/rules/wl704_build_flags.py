"""WL704: build flags obsolete, misspelt or not applied."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.log.cause import Cause, Log, stated


def build_flags(log: Log) -> Iterator[Cause]:
    """A flag that the project does not know, or that never reached it."""
    yield from stated(log, "WL704")
