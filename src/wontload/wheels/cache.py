"""What was fetched before: index pages, and the pieces of wheels that were read, in the user's cache directory.

`WONTLOAD_CACHE_DIR` names another directory. Nothing in it is needed; whoever deletes it loses time only.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from wontload.machine.own_places import cache_directory
from wontload.wheels.index.link import bare_url

LARGEST_BYTES = 512 << 20  # of the whole cache; the oldest goes first
FRESH_S = 600  # PyPI lets its pages be kept for ten minutes
LARGEST_HEAD_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A page from the cache. `fresh`: it need not be asked for again yet."""

    final_url: str
    content_type: str
    etag: str
    body: bytes
    fresh: bool


class Cache:
    """Files in one directory: a line of JSON each, and a body. Unreadable ones count as absent."""

    def __init__(self, directory: str | None = None) -> None:
        self.directory = directory or default_directory()

    def get(self, url: str, accept: str) -> Kept | None:
        """The page that was kept for a URL."""
        found = self.read("pages", _key(url, accept))
        if found is None:
            return None
        head, body, age_s = found
        fresh = age_s < min(FRESH_S, int(head.get("max_age", 0)))
        return Kept(str(head.get("url", url)), str(head.get("type", "")), str(head.get("etag", "")), body, fresh)

    def put(self, url: str, accept: str, final_url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Keep a page, unless its server says not to."""
        control = headers.get("Cache-Control", "").lower()
        if "no-store" in control:
            return
        head = {
            "url": bare_url(final_url),
            "type": headers.get("Content-Type", ""),
            "etag": headers.get("ETag", ""),
            "max_age": 0 if "no-cache" in control else _max_age(control),
        }
        self.write("pages", _key(url, accept), head, body)

    def touch(self, url: str, accept: str) -> None:
        """Let a page count as fresh again: its server says that it has not changed."""
        with suppress(OSError):
            os.utime(self._path("pages", _key(url, accept)))

    def read(self, kind: str, key: str) -> tuple[dict[str, Any], bytes, float] | None:
        """Head, body, and age in seconds of what was written under a key."""
        path = self._path(kind, key)
        try:
            with open(path, "rb") as file:
                age_s = time.time() - os.fstat(file.fileno()).st_mtime
                head = json.loads(file.readline(LARGEST_HEAD_BYTES))
                body = file.read()
        except (OSError, ValueError):
            return None
        if not isinstance(head, dict) or head.get("key") != key or head.get("bytes") != len(body):
            return None
        return head, body, max(0.0, age_s)

    def write(self, kind: str, key: str, head: Mapping[str, Any], body: bytes) -> None:
        """Keep something; a cache that cannot be written to is none."""
        path = self._path(kind, key)
        with suppress(OSError):
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            handle, partial = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(json.dumps({**head, "key": key, "bytes": len(body)}).encode() + b"\n" + body)
                os.replace(partial, path)
            except OSError:
                with suppress(OSError):
                    os.remove(partial)

    def remove(self, kind: str, key: str) -> None:
        """Forget what was written under a key."""
        with suppress(OSError):
            os.remove(self._path(kind, key))

    def prune(self) -> None:
        """Remove the oldest until the rest is within bounds."""
        files = []
        for directory, _, names in os.walk(self.directory):
            for name in names:
                with suppress(OSError):
                    status = os.stat(path := os.path.join(directory, name))
                    files.append((status.st_mtime, status.st_size, path))
        excess = sum(size for _, size, _ in files) - LARGEST_BYTES
        for _, size, path in sorted(files):
            if excess <= 0:
                return
            with suppress(OSError):
                os.remove(path)
                excess -= size

    def _path(self, kind: str, key: str) -> str:
        return os.path.join(self.directory, kind, hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest())


def _key(url: str, accept: str) -> str:
    """No login is written to the disk."""
    return f"{bare_url(url)}\n{accept}"


def default_directory() -> str:
    """Where wheels belong in this user's caches."""
    return os.path.join(cache_directory(), "wheels")


def _max_age(control: str) -> int:
    for part in control.split(","):
        name, _, value = part.strip().partition("=")
        if name == "max-age" and value.isascii() and value.isdigit():
            return int(value[:9])
    return 0
