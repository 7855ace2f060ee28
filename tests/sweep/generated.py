"""Generated worlds at length: in batches, each with a record, so that a sweep that was broken off goes on behind them.

A batch's worlds follow from the source under test: another source has other worlds, the same one need not ask again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.sweep.records import RECORDS, fingerprint, provenance, write

T = TypeVar("T")
WORLDS = int(os.environ.get("WONTLOAD_SWEEP_WORLDS", "5000"))  # of each kind
BATCH = 250
BATCHES = range(-(-WORLDS // BATCH))


def agree_on_batch(kind: str, batch: int, worlds: st.SearchStrategy[T], agree_on: Callable[[T], None]) -> None:
    """Ask one batch of worlds of a kind, unless its record says that these very worlds all agree.

    Args:
        kind: `windows worlds`, `glibc worlds` or `musl worlds`.
        agree_on: raises `AssertionError` where the model and the real loader differ.
    """
    path = RECORDS / "generated" / f"{kind.replace(' ', '-')}-{batch:03}.json"
    found = json.loads(path.read_text()) if path.is_file() else {}
    if found.get("passed") and found.get("fingerprint") == fingerprint(kind):
        return
    agreed = 0

    @seed(int(fingerprint(kind), 16) + batch)
    @settings(
        max_examples=BATCH,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    @given(world=worlds)
    def ask(world: T) -> None:
        nonlocal agreed
        agree_on(world)
        agreed += 1

    def keep(*, passed: bool) -> None:
        write(path, {"kind": kind, "batch": batch, "worlds": agreed, "passed": passed, **provenance(kind)})

    try:
        ask()
    except Exception:  # not an interruption: of that nothing is known
        keep(passed=False)
        raise
    keep(passed=True)
