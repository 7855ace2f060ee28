"""Pieces of a file behind a URL, as its server gives them: each answer is checked before a byte of it is believed.

Source: RFC 9110, section 14 (range requests): a server may answer a range with the whole (200), refuse it (416), or
send the part that `Content-Range` names (206).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from wontload.errors import WontloadError
from wontload.wheels.index.link import Link, shown_url
from wontload.wheels.unreachable import Unreachable, refused
from wontload.wheels.web import Response, Web

LARGEST_BYTES = 1 << 36  # no wheel is larger
LARGEST_PART_BYTES = 1 << 27
CONTENT_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", re.ASCII)


class NoRanges(WontloadError):
    """The server sends a file only as a whole.

    Attributes:
        size_bytes: of the whole; `None` when the server does not say.
    """

    def __init__(self, url: str, size_bytes: int | None) -> None:
        super().__init__(f"the server of {shown_url(url)} sends files only as a whole.")
        self.size_bytes = size_bytes


class Changed(Unreachable):
    """A file is another than it was when pieces of it were read."""


class Part(NamedTuple):
    """A piece: offset of its first byte, its bytes, and the size of the whole file."""

    begin: int
    body: bytes
    size: int


class Parts:
    """The pieces of one file.

    Args:
        link: which. web: how to ask. tag: ETag or date that the file had when pieces of it were kept; empty for none.

    Attributes:
        tag: the same, as the server tells it. fetched_bytes, requests: so far.

    Raises:
        Unreachable: also for a server that does not tell the truth. NoRanges. So do the methods.
    """

    def __init__(self, link: Link, web: Web, tag: str = "") -> None:
        self._link, self._web = link, web
        self._url = link.url  # after redirects: a signed address, perhaps, that is good for minutes only
        self.tag = tag
        self.fetched_bytes = self.requests = 0

    def part(self, first: int, last: int, size: int) -> bytes:
        """The bytes from `first` to `last`, both included, of a file of `size`."""
        response = self._open(f"bytes={first}-{last}")
        if response.status != 206:
            raise self._no_part(response)
        told = self._content_range(response)
        if told != (first, last, size):
            response.close()
            sent = f"{told[0]}-{told[1]} of {told[2]}"
            raise Unreachable(response.url, f"asked for bytes {first}-{last} of {size}, it sent {sent}")
        return self._body(response, last + 1 - first)

    def end(self, size: int, align: int) -> Part:
        """The last `size` bytes, and a few more: from a multiple of `align` on, where the index gives the size."""
        known = self._link.size_bytes
        if known is not None and 0 < known <= LARGEST_BYTES:
            begin = max(0, known - size) // align * align
            response = self._open(f"bytes={begin}-{known - 1}")
        else:
            response = self._open(f"bytes=-{size}")
        if response.status in (200, 416, 501) and known is None:
            # Some servers know no suffix (Azure's blobs, on which releases lie): ask for the front to learn the size.
            response.close()
            response = self._open(f"bytes=0-{align - 1}")
        if response.status != 206:
            raise self._no_part(response)
        first, last, told = self._content_range(response)
        if known is not None and told != known:
            response.close()
            raise Unreachable(response.url, f"it has {told} bytes where the index says {known}")
        if not 0 < told <= LARGEST_BYTES:
            response.close()
            raise Unreachable(response.url, f"it says that it has {told} bytes")
        return Part(first, self._body(response, last + 1 - first), told)

    def _open(self, asked: str) -> Response:
        headers = {"Range": asked, "Accept-Encoding": "identity"}
        self.requests += 1
        response = self._web.open(self._url, headers)
        if response.status in (401, 403) and self._url != self._link.url:  # a signed address is no longer good
            response.close()
            response = self._web.open(self._link.url, headers)
        self._url = response.url
        if response.status == 206:
            self._same(response)
        return response

    def _same(self, response: Response) -> None:
        told = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
        if self.tag and told and told != self.tag:
            response.close()
            raise Changed(response.url, "the file changed while it was being read", None, "Try it again.")
        self.tag = self.tag or told

    def _no_part(self, response: Response) -> WontloadError:
        response.close()
        if response.status in (200, 416, 501):
            length = response.headers.get("Content-Length", "") if response.status == 200 else ""
            return NoRanges(response.url, int(length) if length.isascii() and length.isdigit() else None)
        return refused(response.url, response.status)

    def _content_range(self, response: Response) -> tuple[int, int, int]:
        told = response.headers.get("Content-Range", "")
        match = CONTENT_RANGE.fullmatch(told.strip())
        if match is None or not int(match[1]) <= int(match[2]) < int(match[3]):
            response.close()
            raise Unreachable(response.url, f"it sent a part without saying which ({told[:60]!r})")
        return int(match[1]), int(match[2]), int(match[3])

    def _body(self, response: Response, size: int) -> bytes:
        if size > LARGEST_PART_BYTES:
            response.close()
            raise Unreachable(response.url, f"it sends {size} bytes where few were asked for")
        body = response.body(size)
        self.fetched_bytes += len(body)
        if len(body) != size:
            raise Unreachable(response.url, f"it promised {size} bytes and sent {len(body)}")
        return body
