"""A file behind a URL, read in pieces: what is asked for is fetched by range, once, and counted."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Mapping
from functools import partial

from wontload.errors import WontloadError
from wontload.wheels.cache import Cache
from wontload.wheels.concurrently import concurrently
from wontload.wheels.index.link import Link, bare_url
from wontload.wheels.parts import LARGEST_BYTES, Changed, Parts
from wontload.wheels.unpaid import NotPaidFor
from wontload.wheels.web import Web

BLOCK_BYTES = 1 << 15
TAIL_BYTES = 1 << 16  # holds the list of members and the metadata of most wheels
LARGEST_FETCH_BYTES = 4 << 20  # in one request
MOST_AHEAD_BLOCKS = 16
LARGEST_KEPT_BYTES = 48 << 20  # of one wheel, in the cache on disk
AT_ONCE = 6
PATIENCE_S = 120.0


class RemoteFile(io.RawIOBase):
    """A seekable binary file whose bytes are fetched when they are read.

    Args:
        link: which file. web: how to fetch. allowed_bytes: `NotPaidFor` is raised before more than so many have been
            fetched; `None` for no limit. cache: where pieces are kept between two runs.

    Attributes:
        size_bytes: of the file. name: for messages.

    Raises:
        Unreachable: also for a server that does not tell the truth. NoRanges.
    """

    def __init__(self, link: Link, web: Web, *, allowed_bytes: int | None = None, cache: Cache | None = None) -> None:
        super().__init__()
        self.name = link.filename
        self.allowed_bytes = allowed_bytes
        self._link, self._cache = link, cache
        self._blocks: dict[int, bytes] = {}
        self._parts = Parts(link, web)
        self._lock = threading.Lock()
        self._at = 0
        self._next, self._ahead = -1, 1  # the block behind the last one fetched, and how many are fetched at least
        self._changed = False
        self.size_bytes = self._kept() or self._first()

    @property
    def fetched_bytes(self) -> int:
        """Bodies received."""
        return self._parts.fetched_bytes

    @property
    def requests(self) -> int:
        """How many were made."""
        return self._parts.requests

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
            head = {"size": self.size_bytes, "etag": self._parts.tag, "blocks": sorted(kept)}
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
        jobs = [partial(self._parts.part, *self._span(begin, end), self.size_bytes) for begin, end in runs]
        for index, body in concurrently(jobs, at_once=AT_ONCE, patience_s=PATIENCE_S):
            if isinstance(body, bytes):
                with self._lock:
                    self._keep(runs[index][0], body)
            elif not isinstance(body, (WontloadError, TimeoutError)):
                raise body

    @property
    def _key(self) -> str:
        return f"{bare_url(self._link.url)}\n{self._link.sha256}"

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
        try:
            self._keep(begin, self._parts.part(first, last, self.size_bytes))
        except Changed:
            if self._cache:  # what was kept is of another file
                self._cache.remove("ranges", self._key)
            raise

    def _keep(self, begin: int, body: bytes) -> None:
        self._changed = True
        for at in range(0, len(body), BLOCK_BYTES):
            self._blocks[begin + at // BLOCK_BYTES] = body[at : at + BLOCK_BYTES]

    def _first(self) -> int:
        """Ask for the end of the file, which holds its list of members; returns the file's size."""
        begin, body, size = self._parts.end(TAIL_BYTES, BLOCK_BYTES)
        skipped = -begin % BLOCK_BYTES
        if begin + len(body) == size or (begin, len(body)) == (0, BLOCK_BYTES):
            self._keep((begin + skipped) // BLOCK_BYTES, body[skipped:])
        return size

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
        self._blocks, self._parts.tag = blocks, str(head.get("etag", ""))
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
