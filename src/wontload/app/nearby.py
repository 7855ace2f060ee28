"""Libraries that a load of a Windows file misses and that lie in a directory of the file's own package."""

from __future__ import annotations

import ntpath
import os
import re
from collections.abc import Iterator

from wontload.diagnosis.words import listed
from wontload.loader import LoadResult, Status

LEVELS = 4  # of directories above the file in which its package may begin
# Where repairing tools and packages put libraries that the package's own code adds: delvewheel's `NAME.libs`, `.libs`
# and `DLLs`; the directories of many packages' own.
KEPT_IN = re.compile(r"(?i)^(.*\.libs|libs?|bin|dlls?)$")


def unsettled(path: str, result: LoadResult) -> Iterator[str]:
    """One sentence for each directory near a file that has what it misses: a package may add it first.

    Args:
        path: of the file, on this computer. result: of its load, with paths of this computer.
    """
    missing = {ntpath.basename(one.name).lower() for one in result.modules if one.status is Status.MISSING}
    for directory in _directories(os.path.dirname(os.path.abspath(path))) if missing else ():
        found = sorted(missing & {name.lower() for name in _listing(directory)})
        if found:
            missing -= set(found)
            yield (
                f"whether something adds {directory} before this file is loaded, as code of its package may: it has "
                f"{listed(found)}. --add-dir {directory} answers for that"
            )


def _directories(directory: str) -> Iterator[str]:
    """Those near a file that keep libraries, the nearest first; up to the one in which its distribution lies."""
    for _ in range(LEVELS):
        names = _listing(directory)
        yield from (os.path.join(directory, name) for name in names if KEPT_IN.match(name))
        above = os.path.dirname(directory)
        if above == directory or any(name.endswith(".dist-info") for name in names):
            return
        directory = above


def _listing(directory: str) -> list[str]:
    try:
        return sorted(os.listdir(directory))
    except OSError:
        return []
