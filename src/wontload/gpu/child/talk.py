"""The conversation with the parent: one line of JSON a stage, then a wait until it has measured."""

from __future__ import annotations

import json
import os
import sys

MARK = "[wontload stage "  # also written to standard error: so what was printed belongs to a stage


class Talk:
    """Standard output as it was at the start; what the package prints there goes to standard error from now on."""

    def __init__(self) -> None:
        self._out = os.dup(1)
        os.dup2(2, 1)

    def stage(self, name: str, **facts: object) -> None:
        """Tell that a stage is reached, and wait until the parent has measured."""
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        os.write(2, f"\n{MARK}{name}]\n".encode())
        os.write(self._out, (json.dumps(dict(facts, stage=name), default=str) + "\n").encode())
        if not os.read(0, 1):
            os._exit(3)  # the parent is gone
