"""A measurement kept, and what a later one is worse in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wontload.errors import WontloadError

SCHEMA = "wontload.gpu-baseline/1"
SLOWER, LARGER = 0.75, 1.25  # of what was; short runs vary by a tenth or two
MOST_BYTES = 1 << 20
RANK = {"used": 2, "undetermined": 1, "cpu-only": 0, "failed": -1}


def to_text(measured: Mapping[str, Any]) -> str:
    """The file's text. `measured`: what `compare` reads."""
    return json.dumps({"schema": SCHEMA, **measured}, indent=1) + "\n"


def from_text(text: str, path: str) -> dict[str, Any]:
    """Read a file. Raises `WontloadError` for one that is no baseline."""
    try:
        value = json.loads(text[:MOST_BYTES])
    except (ValueError, RecursionError) as error:
        raise WontloadError(f"{path} is not a baseline: {error}.", "Give another name to write a new one.") from error
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise WontloadError(f"{path} is not a baseline of this tool.", "Give another name to write a new one.")
    return value


def compare(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is worse, and what is merely different, one sentence each.

    Args:
        before, now: `verdict`, `versions` (name to text: the package, the driver, the GPU, Python), `figures` (each
            higher is better), `offloaded` (layers), `held_bytes`.
    """
    return tuple(_worse(before, now)), tuple(_different(before, now))


def _worse(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    if RANK.get(str(now.get("verdict")), 0) < RANK.get(str(before.get("verdict")), 0):
        yield f"the verdict was {before.get('verdict')} and is {now.get('verdict')}"
    for name, was in _numbers(before.get("figures")).items():
        speed = _numbers(now.get("figures")).get(name)
        if speed is not None and was > 0 and speed < was * SLOWER:
            yield f"{name}: {was:,.0f} before, {speed:,.0f} now ({speed / was:.2f} of it)"
    layers, fewer = before.get("offloaded"), now.get("offloaded")
    if isinstance(layers, int) and isinstance(fewer, int) and fewer < layers:
        yield f"layers on the GPU: {layers} before, {fewer} now"
    held, more = before.get("held_bytes"), now.get("held_bytes")
    if isinstance(held, int) and isinstance(more, int) and more > held * LARGER > 0:
        yield f"memory of the GPU: {held / 1e6:,.0f} MB before, {more / 1e6:,.0f} MB now"


def _different(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    old, new = before.get("versions"), now.get("versions")
    if isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys((*old, *new)):
            if old.get(name) != new.get(name):
                yield f"{name}: {old.get(name, 'not there')} before, {new.get(name, 'not there')} now"


def _numbers(value: object) -> dict[str, float]:
    if not isinstance(value, dict):
        return {}
    return {str(name): float(one) for name, one in value.items() if isinstance(one, (int, float))}
