"""What the target interpreter executes: makes `child/` importable as `_wontload_gpu`, and runs it.

As the probe's script, it is run under `python -c`, so that `sys.path` is what a person's own program has.
Python 3.8 to the newest; nothing of `wontload` itself is imported.
"""

from __future__ import annotations

import os
import sys

PACKAGE = "_wontload_gpu"


def start(script: str, options: str) -> None:
    """Run the exercise that the options (JSON) name. What the probe knows of a process is a part of the package."""
    package, here = type(sys)(PACKAGE), os.path.dirname(os.path.abspath(script))
    package.__path__ = [os.path.join(here, "child"), os.path.join(os.path.dirname(here), "probe", "child")]
    sys.modules[PACKAGE] = package
    __import__(PACKAGE + ".run")
    sys.modules[PACKAGE + ".run"].main(options)


if __name__ == PACKAGE:
    start(*sys.argv[1:3])
