"""Verdicts as exit statuses."""

from __future__ import annotations

from collections.abc import Iterable

STATUS_OF = {"loads": 0, "degraded": 0, "fails": 1, "undetermined": 3}
GRAVITY = (0, 3, 1, 2, 4)  # of several subjects the worst counts: a sure failure is worse than an open question


def worst(verdicts: Iterable[str]) -> int:
    """The exit status of several answers."""
    return max((STATUS_OF[verdict] for verdict in verdicts), key=GRAVITY.index, default=0)
