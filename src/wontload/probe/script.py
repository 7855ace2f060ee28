"""What the target interpreter executes: makes `child/` importable as `_wontload_probe`, and runs it.

It is compiled and run by `runner.BOOTSTRAP` under `python -c`, not as a file: so `sys.path` is exactly what a person's
`python -c "import target"` has, whatever -I, `._pth`, PYTHONSAFEPATH or the version make of it, and the directory of
this file is not on it. Python 3.8 to the newest; nothing of `wontload` itself is imported.
"""

from __future__ import annotations

import os
import sys

PACKAGE = "_wontload_probe"


def start(script: str, channel: str, kind: str, target: str, flags: str) -> None:
    """Import the probe's modules by a package that has a path and no place on `sys.path`.

    Meanwhile the current directory is not searched: somebody's `struct.py` there is for the target to meet.
    """
    package = type(sys)(PACKAGE)
    package.__path__ = [os.path.join(os.path.dirname(os.path.abspath(script)), "child")]
    sys.modules[PACKAGE] = package
    path = list(sys.path)
    sys.path[:] = [place for place in path if place not in ("", os.curdir)]
    __import__(PACKAGE + ".run")
    sys.path[:] = path
    sys.modules[PACKAGE + ".run"].main(channel, kind, target, flags)


if __name__ == PACKAGE:
    start(*sys.argv[1:6])
