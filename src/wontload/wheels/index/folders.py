"""Wheels and index pages that lie on this disk, as pip takes them: `--find-links DIR`, `file:` indexes.

Source: pip, `index/sources.py`: a directory given to `--find-links` offers the files in it and the links of the HTML
files in it; an index on a disk is read from `PROJECT/index.html`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from wontload.errors import WontloadError
from wontload.wheels.index.link import Link
from wontload.wheels.index.simple import links_of

LARGEST_PAGE_BYTES = 64 << 20
MOST_FILES = 100_000
PAGES = (".html", ".htm")


class NoSuchFolder(WontloadError):
    """A place for wheels on this disk is not there, or may not be read."""


def path_of(place: str) -> str | None:
    """The path that a place names, given as one or as a `file:` URL; `None` for a URL of another kind."""
    if place.lower().startswith("file:"):
        parts = urlsplit(place)
        host = "" if parts.netloc in ("", "localhost") else f"//{parts.netloc}"
        return url2pathname(host + parts.path)
    return None if "://" in place else os.path.expanduser(place)


def folder_links(place: str) -> tuple[Link, ...]:
    """What a directory, or a page on this disk, offers to `--find-links`. Raises `NoSuchFolder`."""
    path = path_of(place) or place
    if os.path.isfile(path):
        return _page(path, place)
    try:
        with os.scandir(path) as entries:
            names = sorted(entry.name for entry, _ in zip(entries, range(MOST_FILES), strict=False) if entry.is_file())
    except OSError as error:
        raise NoSuchFolder(f"{place} cannot be read: {error.strerror or error}.") from error
    return tuple(_of_directory(path, names, place))


def project_links(index: str, project: str) -> tuple[Link, ...]:
    """What an index on this disk offers of a project; nothing where it has no page of it. Raises `NoSuchFolder`."""
    root = path_of(index) or index
    page = os.path.join(root, project, "index.html")
    if not os.path.isdir(root):
        raise NoSuchFolder(f"{index} is no directory.")
    return _page(page, index) if os.path.isfile(page) else ()


def _of_directory(path: str, names: list[str], place: str) -> Iterator[Link]:
    for name in names:
        full = os.path.join(path, name)
        if name.lower().endswith(PAGES):
            yield from _page(full, place)
        elif name.endswith((".whl", ".tar.gz", ".zip")):
            yield Link(filename=name, url=Path(full).absolute().as_uri(), index=place, size_bytes=os.path.getsize(full))


def _page(path: str, place: str) -> tuple[Link, ...]:
    try:
        with open(path, "rb") as file:
            body = file.read(LARGEST_PAGE_BYTES)
    except OSError as error:
        raise NoSuchFolder(f"{path} cannot be read: {error.strerror or error}.") from error
    return links_of(body, "text/html", Path(path).absolute().as_uri(), place)
