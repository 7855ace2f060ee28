"""What installations and removals that did not come to their end have left in the directories of `sys.path`.

pip writes RECORD last, so metadata without one was interrupted; and what pip replaces it renames first: letters from
the left give way to a tilde and others, until the name is free, and the rest stays (`~umpy`, `~-mpy`). What is in use
on Windows stays behind under that name. Source: pip, `AdjacentTempDirectory` (src/pip/_internal/utils/temp_dir.py) and
`_install_wheel` (src/pip/_internal/operations/install/wheel.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from wontload.machine.dist_info import Installed, described
from wontload.machine.inventory import HalfInstalled
from wontload.machine.survey.sources import Sources

MOST = 200
WITHOUT_RECORD = ("conda", "debian", "rpm")  # installers whose own database is the record


def half_installed(sources: Sources) -> tuple[HalfInstalled, ...]:
    """Those in the directories of `sys.path`, in its order and that of their names."""
    python = sources.machine.python
    found: list[HalfInstalled] = []
    for place in dict.fromkeys(python.path if python else ()):
        for entry in _entries(place):
            found += _one(entry)
            if len(found) >= MOST:
                return tuple(found)
    return tuple(found)


def _entries(place: str) -> list[os.DirEntry[str]]:
    try:
        return sorted(os.scandir(place or "."), key=lambda entry: entry.name)
    except OSError:
        return []


def _one(entry: os.DirEntry[str]) -> Iterator[HalfInstalled]:
    set_aside, info = entry.name.startswith("~"), entry.name.endswith(".dist-info")
    if set_aside and not info:
        yield HalfInstalled(path=entry.path, set_aside=True)
    elif info and (set_aside or not os.path.exists(os.path.join(entry.path, "RECORD"))):
        told = described(Installed("", "", entry.path))
        if told.read("INSTALLER").decode("utf-8", "replace").strip().lower() not in WITHOUT_RECORD:
            yield HalfInstalled(
                path=entry.path, name=told.name, version=told.version, modules=told.modules(), set_aside=set_aside
            )
