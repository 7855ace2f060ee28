"""One load as the JSON object of CONTRACT.md, and JSON as text: all that `wontload tree` needs of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from wontload.loader import LoadResult, Module

Object = dict[str, Any]


def load_to_json(result: LoadResult, *, path: str, machine: str, mode: str) -> Object:
    """`wontload.load/1`.

    Args:
        result: what the loader's model answers.
        path: the file as asked for.
        machine: which machine was assumed: `this`, a snapshot's id, a clean profile's name.
        mode: `import`, `ctypes`, `legacy` or `dlopen`; inside `why` also `native`.
    """
    return {
        "schema": "wontload.load/1",
        "path": path,
        "machine": machine,
        "mode": mode,
        "verdict": result.verdict.value,
        "error": result.error,
        "modules": [_module(one) for one in result.modules],
        "would_settle": list(result.would_settle),
    }


def tree_to_json(loads: Iterable[Object]) -> Object:
    """`wontload.tree/1`, of what `load_to_json` made, in the order asked."""
    return {"schema": "wontload.tree/1", "loads": list(loads)}


def dump(obj: Object, *, lines: bool = False) -> str:
    """ASCII text with `\\u` escapes, without a line's end.

    Args:
        obj: what to write.
        lines: on one line, for `--jsonl`; else indented.
    """
    if lines:
        return json.dumps(obj, allow_nan=False, separators=(",", ":"))
    return json.dumps(obj, allow_nan=False, indent=2)


def _module(module: Module) -> Object:
    return {
        "name": module.name,
        "path": module.path,
        "status": module.status.value,
        "needed_by": module.needed_by,
        "rule": module.rule,
        "reason": module.reason,
    }
