"""What pip's constraint files say about one project: versions that bind every choice of pip's.

Source: pip, "Constraints Files": lines as in requirements files, names with versions only; `-c` names further files.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from wontload.wheels.index.folders import path_of

LARGEST_BYTES = 4 << 20
MOST_FILES = 16


def constraint_on(project: str, files: Sequence[str]) -> str:
    """The version specifiers of all lines about a (normalised) project, joined; empty for none.

    Files elsewhere on the network, and lines that name a URL, are passed by.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    from wontload.knowledge.packages import normalised

    found: list[str] = []
    queue = list(files)
    for name in queue:  # grows while it is read
        for line in _lines(name):
            if line.startswith(("-c ", "--constraint ")):
                other = os.path.join(os.path.dirname(path_of(name) or name), line.split(None, 1)[1].strip())
                if other not in queue and len(queue) < MOST_FILES:
                    queue.append(other)
                continue
            try:
                one = Requirement(line)
            except InvalidRequirement:
                continue
            applies = one.marker is None or one.marker.evaluate()
            if normalised(one.name) == project and applies and not one.url:
                found.append(str(one.specifier))
    return ",".join(filter(None, found))


def _lines(name: str) -> list[str]:
    path = path_of(name)
    try:
        with open(path or os.devnull, encoding="utf-8", errors="replace") as file:
            text = file.read(LARGEST_BYTES)
    except OSError:
        return []
    return [line.partition(" #")[0].strip() for line in text.splitlines() if line.strip() and line[0] != "#"]
