"""What an installed distribution's RECORD lists, and its files on the disk: read anew when a step is prepared."""

from __future__ import annotations

import csv
import os


def recorded(info: str) -> list[str] | None:
    """Every file that the RECORD in a `.dist-info` directory lists, those that lie elsewhere too.

    `None` where there is none that can be read: its files are not known then.
    """
    site = os.path.dirname(info)
    try:
        with open(os.path.join(info, "RECORD"), encoding="utf-8", newline="") as file:
            names = [row[0] for row in csv.reader(file) if row and row[0]]
    except (OSError, UnicodeDecodeError, csv.Error):
        return None
    return [os.path.normpath(os.path.join(site, *name.split("/"))) for name in names]


def content(path: str) -> bytes:
    """All bytes of a file, to be kept. Raises `OSError`."""
    with open(path, "rb") as file:
        return file.read()
