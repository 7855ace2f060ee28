"""A load request beside what became of it: for real, and on the model."""

from __future__ import annotations

from dataclasses import dataclass

from wontload.loader import LoadResult
from wontload.machine import LoadRequest, ObservedLoad


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLoad:
    """One load request with what was seen and what the model says of it; either may be missing."""

    request: LoadRequest
    observed: ObservedLoad | None = None
    simulated: LoadResult | None = None
