"""A wheel fetched as a whole, for servers without range requests; kept in the cache, checked against its hash."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress

from wontload.wheels.cache import default_directory
from wontload.wheels.index.link import Link, bare_url
from wontload.wheels.unreachable import Unreachable, refused
from wontload.wheels.web import PIECE_BYTES, Web

LARGEST_BYTES = 8 << 30
SLOWEST_BYTES_S = 20_000  # a server that is slower than this on the whole is given up
LEAST_S = 60.0

Progress = Callable[[int, "int | None"], None]


def fetch_whole(
    link: Link, web: Web, *, directory: str | None = None, progress: Progress = lambda done, total: None
) -> str:
    """Path of the wheel on this disk, fetched if it is not there yet.

    Args:
        link: which. directory: where it is kept; by default the user's cache. progress: told bytes done, and of all.

    Raises:
        Unreachable: also when what came is not what the index promised.
    """
    name = hashlib.sha256(f"{bare_url(link.url)}\n{link.sha256}".encode("utf-8", "surrogateescape")).hexdigest()
    place = os.path.join(directory or os.path.join(default_directory(), "whole"), name)
    path = os.path.join(place, os.path.basename(link.filename))
    if os.path.isfile(path):
        return path
    os.makedirs(place, mode=0o700, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=place, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            digest = _receive(link, web, file.write, progress)
        if link.sha256 and digest != link.sha256:
            raise Unreachable(link.url, f"what it sent has the SHA-256 {digest}, not that of the index")
        os.replace(partial, path)
    except BaseException:
        with suppress(OSError):
            os.remove(partial)
        raise
    return path


def _receive(link: Link, web: Web, write: Callable[[bytes], object], progress: Progress) -> str:
    import urllib3

    limit = link.size_bytes or LARGEST_BYTES
    response = web.open(link.url, {"Accept-Encoding": "identity"}, whole_s=LEAST_S + limit / SLOWEST_BYTES_S)
    if response.status != 200:
        response.close()
        raise refused(response.url, response.status)
    length = response.headers.get("Content-Length", "")
    total = int(length) if length.isascii() and length.isdigit() else link.size_bytes
    digest, done = hashlib.sha256(), 0
    try:
        while piece := response.raw.read1(PIECE_BYTES):
            done += len(piece)
            if done > limit:
                raise Unreachable(link.url, f"it sent more than {limit} bytes")
            if time.monotonic() > response.deadline:
                raise Unreachable(link.url, "it took too long")
            digest.update(piece)
            write(piece)
            progress(done, total)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise Unreachable(link.url, "it broke the answer off") from error
    finally:
        response.close()
    web.fetched_bytes += done
    return digest.hexdigest()
