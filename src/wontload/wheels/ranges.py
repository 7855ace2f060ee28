"""A file behind a URL, read in pieces: what is asked for is fetched by range, once, and counted.

Source: RFC 9110, section 14 (range requests): a server may answer a range with the whole (200), refuse it (416), or
send the part that `Content-Range` names (206). Nothing else is believed: another range than was asked for, another
length, or a file that changed between two answers is an error that names the server.
"""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterable, Mapping
from functools import partial

from wontload.errors import WontloadError
from wontload.machine.files import NotKnown
from wontload.wheels.cache import Cache
from wontload.wheels.concurrently import concurrently
from wontload.wheels.index.link import Link, shown_url
from wontload.wheels.web import Response, Unreachable, Web, refused

BLOCK_BYTES = 1 << 15
TAIL_BYTES = 1 << 16  # holds the list of members and the metadata of most wheels
LARGEST_FETCH_BYTES = 4 << 20  # in one request
MOST_AHEAD_BLOCKS = 16
LARGEST_KEPT_BYTES = 48 << 20  # of one wheel, in the cache on disk
LARGEST_BYTES = 1 << 36  # no wheel is larger
AT_ONCE = 6
PATIENCE_S = 120.0
CONTENT_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", re.ASCII)


class NotPaidFor(NotKnown):
    """More would have to be fetched than was allowed: what lies there is not known.

    Attributes:
        missing_bytes: what this one read would have fetched beyond what is allowed.
    """

    def __init__(self, name: str, missing_bytes: int) -> None:
        super().__init__(f"{name}: {missing_bytes} bytes more than may be fetched")
        self.missing_bytes = missing_bytes


class NoRanges(WontloadError):
    """The server sends a file only as a whole.

    Attributes:
        size_bytes: of the whole; `None` when the server does not say.
    """

    def __init__(self, url: str, size_bytes: int | None) -> None:
        super().__init__(f"the server of {shown_url(url)} sends files only as a whole.")
        self.size_bytes = size_bytes


class RemoteFile(io.RawIOBase):
    """A seekable binary file whose bytes are fetched when they are read.

    Args:
        link: which file. web: how to fetch. allowed_bytes: `NotPaidFor` is raised before more than so many have been
            fetched; `None` for no limit. cache: where pieces are kept between two runs.

    Attributes:
        fetched_bytes: bodies received. requests: how many. size_bytes: of the file. name: for messages.

    Raises:
        Unreachable: also for a server that does not tell the truth. NoRanges.
    """

    def __init__(self, link: Link, web: Web, *, allowed_bytes: int | None = None, cache: Cache | None = None) -> None:
        super().__init__()
        self.name = link.filename
        self.fetched_bytes = self.requests = 0
        self.allowed_bytes = allowed_bytes
        self._link, self._web, self._cache = link, web, cache
        self._url = link.url  # after redirects: a signed address, perhaps, that is good for minutes only
        self._etag = ""
        self._blocks: dict[int, bytes] = {}
        self._lock = threading.Lock()
        self._at = 0
        self._next, self._ahead = -1, 1  # the block behind the last one fetched, and how many are fetched at least
        self._changed = False
        self.size_bytes = self._kept() or self._first()

    # What `io` wants of a file.

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The position, in bytes."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move; see `io.IOBase.seek`."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size_bytes}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """Bytes from the position on, fewer only at the file's end."""
        end = self.size_bytes if size is None or size < 0 else min(self._at + size, self.size_bytes)
        found = self.read_at(self._at, max(0, end - self._at))
        self._at += len(found)
        return found

    def readall(self) -> bytes:
        """The rest."""
        return self.read(-1)

    def keep(self) -> None:
        """Keep what was fetched for the next run."""
        if self._changed and self._cache and self.size_bytes:
            kept = dict(list(self._blocks.items())[: LARGEST_KEPT_BYTES // BLOCK_BYTES])
            head = {"size": self.size_bytes, "etag": self._etag, "blocks": sorted(kept)}
            self._cache.write("ranges", self._key, head, b"".join(kept[number] for number in sorted(kept)))
            self._changed = False

    def close(self) -> None:
        """Keep what was fetched, and close."""
        if not self.closed:
            self.keep()
        super().close()

    # What reading a wheel wants.

    def read_at(self, offset: int, size: int) -> bytes:
        """`size` bytes from `offset` on. Safe from several threads."""
        if size <= 0:
            return b""
        first, last = offset // BLOCK_BYTES, (offset + size - 1) // BLOCK_BYTES
        with self._lock:
            for begin, end in _runs(number for number in range(first, last + 1) if number not in self._blocks):
                self._fetch(begin, end)
            found = b"".join(self._blocks[number] for number in range(first, last + 1))
        begin = offset - first * BLOCK_BYTES
        return found[begin : begin + size]

    def cost(self, offset: int, size: int) -> int:
        """How many bytes would be fetched for these."""
        if size <= 0:
            return 0
        numbers = range(offset // BLOCK_BYTES, (offset + size - 1) // BLOCK_BYTES + 1)
        return sum(BLOCK_BYTES for number in numbers if number not in self._blocks)

    def allows(self, size: int) -> bool:
        """Whether so many more bytes may be fetched."""
        return self.allowed_bytes is None or self.fetched_bytes + size <= self.allowed_bytes

    def prefetch(self, spans: Iterable[tuple[int, int]]) -> None:
        """Fetch several pieces (offset, size) at once, as far as they are allowed; what fails is asked for again later.

        The pieces are given in the order of their worth: those that are no longer allowed are left out.
        """
        wanted: set[int] = set()
        left = None if self.allowed_bytes is None else self.allowed_bytes - self.fetched_bytes
        for offset, size in spans:
            size = min(size, self.size_bytes - offset)
            if size <= 0 or offset < 0:
                continue
            numbers = set(range(offset // BLOCK_BYTES, (offset + size - 1) // BLOCK_BYTES + 1))
            new = numbers - wanted - set(self._blocks)
            if left is not None and len(new) * BLOCK_BYTES > left:
                break
            left = None if left is None else left - len(new) * BLOCK_BYTES
            wanted |= new
        runs = list(_runs(sorted(wanted)))
        jobs = [partial(self._ask, *self._span(begin, end)) for begin, end in runs]
        for index, body in concurrently(jobs, at_once=AT_ONCE, patience_s=PATIENCE_S):
            if isinstance(body, bytes):
                with self._lock:
                    self._keep(runs[index][0], body)
            elif not isinstance(body, (WontloadError, TimeoutError)):
                raise body

    @property
    def _key(self) -> str:
        return f"{shown_url(self._link.url)}\n{self._link.sha256}"

    def _span(self, begin: int, end: int) -> tuple[int, int]:
        """First and last byte of the blocks [begin, end)."""
        return begin * BLOCK_BYTES, min(end * BLOCK_BYTES, self.size_bytes) - 1

    def _fetch(self, begin: int, end: int) -> None:
        self._ahead = min(2 * self._ahead, MOST_AHEAD_BLOCKS) if begin == self._next else 1
        further = min(begin + self._ahead, -(-self.size_bytes // BLOCK_BYTES))
        if self.allows((further - begin) * BLOCK_BYTES):
            while end < further and end not in self._blocks:  # read on, where it was read on before
                end += 1
        self._next = end
        first, last = self._span(begin, end)
        if self.allowed_bytes is not None and self.fetched_bytes + last + 1 - first > self.allowed_bytes:
            raise NotPaidFor(self.name, self.fetched_bytes + last + 1 - first - self.allowed_bytes)
        self._keep(begin, self._ask(first, last))

    def _keep(self, begin: int, body: bytes) -> None:
        self._changed = True
        for at in range(0, len(body), BLOCK_BYTES):
            self._blocks[begin + at // BLOCK_BYTES] = body[at : at + BLOCK_BYTES]

    def _ask(self, first: int, last: int) -> bytes:
        """The bytes from `first` to `last`, both included."""
        response = self._open(f"bytes={first}-{last}")
        if response.status != 206:
            raise self._no_part(response)
        told_first, told_last, size = self._content_range(response)
        if (told_first, told_last, size) != (first, last, self.size_bytes):
            response.close()
            told = f"{told_first}-{told_last} of {size}"
            raise Unreachable(response.url, f"asked for bytes {first}-{last} of {self.size_bytes}, it sent {told}")
        return self._body(response, last + 1 - first)

    def _first(self) -> int:
        """Ask for the end of the file, which holds its list of members; returns the file's size."""
        size = self._link.size_bytes
        if size is not None and 0 < size <= LARGEST_BYTES:
            begin = max(0, size - TAIL_BYTES) // BLOCK_BYTES * BLOCK_BYTES
            response = self._open(f"bytes={begin}-{size - 1}")
        else:
            response = self._open(f"bytes=-{TAIL_BYTES}")
        if response.status in (200, 416, 501) and size is None:
            # Some servers know no suffix (Azure's blobs, on which releases lie): ask for the front to learn the size.
            response.close()
            response = self._open(f"bytes=0-{BLOCK_BYTES - 1}")
        if response.status != 206:
            raise self._no_part(response)
        first, last, told = self._content_range(response)
        if size is not None and told != size:
            response.close()
            raise Unreachable(response.url, f"it has {told} bytes where the index says {size}")
        if not 0 < told <= LARGEST_BYTES:
            response.close()
            raise Unreachable(response.url, f"it says that it has {told} bytes")
        body = self._body(response, last + 1 - first)
        skipped = -first % BLOCK_BYTES
        if last == told - 1 or (first, last + 1) == (0, BLOCK_BYTES):
            self._keep((first + skipped) // BLOCK_BYTES, body[skipped:])
        return told

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
        if self._etag and told and told != self._etag:
            response.close()
            raise Unreachable(response.url, "the file changed while it was being read", None, "Try it again.")
        self._etag = self._etag or told

    def _no_part(self, response: Response) -> WontloadError:
        response.close()
        if response.status in (200, 416, 501):
            length = response.headers.get("Content-Length", "") if response.status == 200 else ""
            return NoRanges(response.url, int(length) if length.isascii() and length.isdigit() else None)
        return refused(response)

    def _content_range(self, response: Response) -> tuple[int, int, int]:
        told = response.headers.get("Content-Range", "")
        match = CONTENT_RANGE.fullmatch(told.strip())
        if match is None or not int(match[1]) <= int(match[2]) < int(match[3]):
            response.close()
            raise Unreachable(response.url, f"it sent a part without saying which ({told[:60]!r})")
        return int(match[1]), int(match[2]), int(match[3])

    def _body(self, response: Response, size: int) -> bytes:
        if size > LARGEST_FETCH_BYTES * 32:
            response.close()
            raise Unreachable(response.url, f"it sends {size} bytes where few were asked for")
        body = response.body(size)
        self.fetched_bytes += len(body)
        if len(body) != size:
            raise Unreachable(response.url, f"it promised {size} bytes and sent {len(body)}")
        return body

    def _kept(self) -> int | None:
        """Take what the last run kept; the file's size, or `None` where nothing is kept."""
        found = self._cache.read("ranges", self._key) if self._cache else None
        if found is None:
            return None
        head, body, _ = found
        return self._restore(head, body)

    def _restore(self, head: Mapping[str, object], body: bytes) -> int | None:
        size, numbers = head.get("size"), head.get("blocks")
        if not isinstance(size, int) or not isinstance(numbers, list) or not 0 < size <= LARGEST_BYTES:
            return None
        if self._link.size_bytes not in (None, size):
            return None
        at, blocks = 0, {}
        for number in numbers:
            length = min(BLOCK_BYTES, size - number * BLOCK_BYTES) if isinstance(number, int) else 0
            if length <= 0 or number < 0:
                return None
            blocks[number] = body[at : at + length]
            at += length
        if at != len(body):
            return None
        self._blocks, self._etag = blocks, str(head.get("etag", ""))
        return size


def _runs(numbers: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Ascending numbers as runs [begin, end), none longer than one request may be."""
    most = LARGEST_FETCH_BYTES // BLOCK_BYTES
    begin = end = -1
    for number in numbers:
        if number != end or number - begin >= most:
            if begin >= 0:
                yield begin, end
            begin = number
        end = number + 1
    if begin >= 0:
        yield begin, end
