"""Patterns of file names, which Windows' shells hand on as they were typed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator


def expanded(words: Iterable[str]) -> Iterator[str]:
    """Each word, or the files that it matches; one that names a file, or matches none, stays as it is."""
    from glob import glob, has_magic

    for word in words:
        found = sorted(glob(word)) if has_magic(word) and not os.path.lexists(word) else []
        yield from found or [word]
