"""Python programs that are killed at one very moment: where they would write a certain file, or give it its name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

# A module that Python reads as it starts. What it replaces is used by pip, and by Python's own import system.
AS_IT_STARTS = """
import builtins, os, posix, signal
real_open, real_replace = open, os.replace
def die(moment, path):
    if moment == {moment!r} and {name!r} in os.path.basename(path) and {below!r} in path:
        os.kill(os.getpid(), signal.SIGKILL)
def dying_open(file, mode="r", *arguments, **named):
    if "w" in mode:
        die("opened", str(file))
    return real_open(file, mode, *arguments, **named)
def dying_replace(source, target, **named):
    die("named", str(target))
    return real_replace(source, target, **named)
builtins.open = dying_open
os.replace = posix.replace = dying_replace
"""


def dying(directory: Path, moment: Literal["opened", "named"], name: str, below: str) -> dict[str, str]:
    """Variables for such a Python.

    Args:
        directory: for the module; it is made. moment: when the file is opened to be written, or gets its name.
        name: a part of the file's name. below: a part of its path.
    """
    directory.mkdir()
    (directory / "sitecustomize.py").write_text(AS_IT_STARTS.format(moment=moment, name=name, below=below))
    return {"PYTHONPATH": str(directory)}
