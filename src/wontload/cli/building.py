"""What the line on the terminal says while a package is compiled."""

from __future__ import annotations

import time

from wontload.build.progress import Progress
from wontload.report.text import clean


class Building:
    """The line: what is done about `name`, and how far its build has got."""

    def __init__(self, name: str, doing: str = "building") -> None:
        self._what = f"{doing} {name}"
        self._progress: Progress | None = None

    def seen(self, progress: Progress) -> None:
        """The build has got on."""
        self._progress = progress

    def told(self) -> str:
        """One line."""
        if self._progress is None:
            return self._what
        return clean(f"{self._what}: {self._progress.told(time.monotonic())}")
