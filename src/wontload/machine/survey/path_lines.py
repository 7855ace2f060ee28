"""Directories that `.pth` files put on `sys.path`.

Source: CPython, Lib/site.py, `addpackage`: a line that begins with `import` is executed, one that begins with `#` is
passed over, any other names a directory, from the `.pth` file's own on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from wontload.machine.inventory import PathLine
from wontload.machine.survey.sources import Sources

MOST = 1000
LARGEST_BYTES = 1 << 20
SITES = ("site-packages", "dist-packages")


def path_lines(sources: Sources) -> tuple[PathLine, ...]:
    """Those of the site directories on `sys.path`, in its order and that of the files' names."""
    python = sources.machine.python
    found: list[PathLine] = []
    for place in dict.fromkeys(python.path if python else ()):
        if os.path.basename(place).lower() in SITES:
            for name in _names(place):
                found += _lines(place, os.path.join(place, name))
                if len(found) >= MOST:
                    return tuple(found[:MOST])
    return tuple(found)


def _names(place: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(place) if name.endswith(".pth") and not name.startswith("."))
    except OSError:
        return []


def _lines(place: str, path: str) -> Iterator[PathLine]:
    try:
        with open(path, encoding="utf-8-sig", errors="surrogateescape") as file:
            text = file.read(LARGEST_BYTES)
    except OSError:
        return
    for line in text.splitlines():
        if line.strip() and not line.startswith(("#", "import ", "import\t")):
            directory = os.path.abspath(os.path.join(place, line.rstrip()))
            yield PathLine(file=path, line=line, directory=directory)
