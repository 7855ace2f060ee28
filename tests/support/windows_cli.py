"""Running the tool inside the Windows Python, as its users do."""

from __future__ import annotations

import json
from typing import Any

from tests.support.schemas import check
from tests.support.windows import WindowsPython


def why(python: WindowsPython, *arguments: str, **environment: str) -> tuple[int, dict[str, Any]]:
    """Exit status and `wontload.why/1` of a diagnosis."""
    done = python.run("-m", "wontload", *arguments, "--json", env=environment)
    assert done.stdout, done.stderr
    answer = json.loads(done.stdout)
    check(answer)
    return done.returncode, answer
