"""Walking the disks, for `--deep`: slow, and asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator

# Not files of anybody's: the kernel's own views, and other machines' disks.
SKIPPED = frozenset({"/proc", "/sys", "/dev", "/run", "/mnt", "/media", "/net"})
MOST_DIRECTORIES = 2_000_000


def every_directory() -> Iterator[str]:
    """Yield each directory of the local disks that may be listed; symbolic links are not followed."""
    queue, count = list(_roots()), 0
    while queue and count < MOST_DIRECTORIES:
        directory = queue.pop()
        count += 1
        yield directory
        try:
            with os.scandir(directory) as entries:
                queue += [
                    entry.path for entry in entries if entry.is_dir(follow_symlinks=False) and entry.path not in SKIPPED
                ]
        except OSError:
            continue


def _roots() -> Iterator[str]:
    if os.name != "nt":
        yield "/"
        return
    for letter in "CDEFGHIJKLMNOPQRSTUVWXYZ":  # Z is a network drive by custom, and Wine's view of everything
        root = f"{letter}:\\"
        if letter != "Z" and os.path.isdir(root):
            yield root
