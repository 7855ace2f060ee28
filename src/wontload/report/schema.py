"""The JSON Schemas (draft 2020-12) of what the tool writes and reads."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any


def schema(name: str) -> dict[str, Any]:
    """The schema of `why/1`, `load/1`, `tree/1` …, complete in itself: those it refers to are in its `$defs`.

    Args:
        name: with or without `wontload.` before it.

    Raises:
        LookupError: there is no such schema.
    """
    found = _read(name.removeprefix("wontload."))
    for other in re.findall(r'"urn:wontload:([a-z]+/\d+)"', json.dumps(found)):
        if f"urn:wontload:{other}" != found["$id"]:
            found.setdefault("$defs", {})[other.replace("/", "-")] = _read(other)
    return found


def _read(name: str) -> dict[str, Any]:
    if not re.fullmatch(r"[a-z]+/\d+", name):
        raise LookupError(f"no schema is called {name!r}")
    file = files("wontload.report") / "schemas" / f"{name.replace('/', '-')}.json"
    if not file.is_file():
        raise LookupError(f"there is no schema of {name!r} in this version")
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found
