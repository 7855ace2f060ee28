"""What a program answers, and what an interpreter does: nothing where it is not there, fails or takes too long."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

PATIENCE_S = 30.0


def said(command: Sequence[str], environment: Mapping[str, str], *, patience_s: float = PATIENCE_S) -> str:
    """What a program writes to its standard output; empty where it fails.

    All three of its streams are pipes, without which a Windows Python dies at its start under Wine.
    """
    try:
        done = subprocess.run(command, input=b"", capture_output=True, timeout=patience_s, env=environment, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def value_of(python: str, module: str, expression: str, environment: Mapping[str, str]) -> Any:
    """The value of an expression in which a module may be named, as an interpreter sees it; `None` where it fails.

    Args:
        expression: its value is something that JSON takes, which is how it travels: ASCII, whatever a path holds.
    """
    program = f"import json, os, {module}; print(json.dumps({expression}))"
    try:
        return json.loads(said([python, "-c", program], environment))
    except ValueError:
        return None
