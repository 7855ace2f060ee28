"""What earlier runs read of native files that have not changed since, kept in the user's cache directory.

A file is known again by its device, inode, size and both of its times, of which only the kernel sets the second: who
writes to a file changes that one. What was changed a moment before it was read is not kept, since a second change in
the same moment would not show. Nothing in the cache is needed; whoever deletes it loses time only.

One file holds a line for each entry, and is only ever added to, each time with one `write`, so that several processes
may do it at once. A line that is no entry counts as absent. Another version of the parsers has another file.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TypeAlias

from wontload._version import __version__
from wontload.binary import Format, Image
from wontload.binary.elf_kept import image_of, plain_of
from wontload.binary.origin import File
from wontload.machine.own_places import cache_directory

LARGEST_BYTES = 32 << 20  # then it is begun anew; a thousand files take some 2 MB
OLDEST_S = 30 * 24 * 3600  # of another source's file: that of a version in another environment may be in use
SETTLED_NS = 2_000_000_000  # the coarsest clock of a file system that is in use: FAT's times are even seconds
PREFIX = "native-files-"
IMAGE, PROVIDERS, TROUBLE = b"i", b"p", b"u"
Scope: TypeAlias = "Sequence[tuple[Image | None, str]]"
BAD = (ValueError, TypeError, LookupError)  # what an entry raises that this source did not write


class Readings:
    """Images of ELF files, which others together define all that one of them leaves undefined, and what none defines.

    Only ELF files are kept: of those, much is read to check symbols, and little is asked for.

    Args:
        directory: where; by default this user's cache directory.
    """

    def __init__(self, directory: str | None = None) -> None:
        self.path = os.path.join(directory or cache_directory(), f"{PREFIX}{_of_this_source()}.jsonl")
        self._new: list[bytes] = []
        self._stamps: dict[int, str] = {}
        self._images: list[Image] = []  # so that each `id` in `_stamps` stays that of one image

    @cached_property
    def entries(self) -> dict[tuple[bytes, bytes], bytes]:
        """What is kept: (kind, stamp) and value. Read when it is first asked for."""
        return dict(_entries(self.path))

    def image(self, path: str, status: os.stat_result) -> Image | None:
        """The image of a file as it was read before; `None` when it was not, or has changed."""
        stamp = _stamp(status)
        entry = self.entries.get((IMAGE, stamp.encode()))
        if entry is None:
            return None
        try:
            image = image_of(json.loads(entry), File(path, stamp=(status.st_size, status.st_mtime_ns)))
        except BAD:
            return None
        return self._name(image, stamp)

    def keep_image(self, image: Image, status: os.stat_result) -> None:
        """Keep what was read of a file that had this status before it was read."""
        changed_ns = max(status.st_mtime_ns, status.st_ctime_ns)
        if image.format is Format.ELF and status.st_ino and time.time_ns() - changed_ns > SETTLED_NS:
            self._keep(IMAGE, _stamp(status), plain_of(self._name(image, _stamp(status))))

    def providers(self, image: Image, scope: Iterable[Image]) -> list[Image] | None:
        """Those images of a scope that define all that this one leaves undefined; `None` when that is not known."""
        entry = self.entries.get((PROVIDERS, self._stamps.get(id(image), "").encode()))
        if entry is None:
            return None
        try:
            wanted = dict.fromkeys(json.loads(entry))
        except BAD:
            return None
        there = {stamp: one for one in scope if (stamp := self._stamps.get(id(one))) in wanted}
        return [*there.values()] if len(there) == len(wanted) else None

    def keep_providers(self, image: Image, providers: Collection[Image]) -> None:
        """Keep that these define all that an image leaves undefined, if each of them is known again."""
        stamps = [self._stamps.get(id(one)) for one in (image, *providers)]
        if None not in stamps:
            self._keep(PROVIDERS, stamps[0] or "", stamps[1:])

    def trouble(self, image: Image, scope: Scope, how: str) -> tuple[str, str, str] | None:
        """What `keep_trouble` was last told of an image, if that was among the same others; else `None`."""
        entry = self.entries.get((TROUBLE, self._stamps.get(id(image), "").encode()))
        if entry is None:
            return None
        try:
            around, symbol, reason, text = map(str, json.loads(entry))
        except BAD:
            return None
        return (symbol, reason, text) if around and around == self._around(scope, how) else None

    def keep_trouble(self, image: Image, scope: Scope, how: str, told: tuple[str, str, str]) -> None:
        """Keep a symbol of an image that nothing defines, why that is so, and the message.

        Args:
            scope: all that symbols were sought in, in order: images, and the names by which they were asked for.
            how: whatever else it depends on.
        """
        stamp, around = self._stamps.get(id(image)), self._around(scope, how)
        if stamp and around:
            self._keep(TROUBLE, stamp, (around, *told))

    def _around(self, scope: Scope, how: str) -> str:
        """Stands for a scope; empty where one of its images would not be known again."""
        names = [(self._stamps.get(id(one), ""), requested) for one, requested in scope]
        known = all(stamp for stamp, _ in names)
        return hashlib.sha256(repr((names, how)).encode("utf-8", "surrogatepass")).hexdigest() if known else ""

    def save(self) -> None:
        """Write what is new. A cache that cannot be written to is none."""
        lines, self._new = self._new, []
        if lines:
            with suppress(OSError):
                _add(self.path, lines)

    def _name(self, image: Image, stamp: str) -> Image:
        self._stamps[id(image)] = stamp
        self._images.append(image)
        return image

    def _keep(self, kind: bytes, stamp: str, value: object) -> None:
        entry = json.dumps(value, separators=(",", ":")).encode()
        self.entries[kind, stamp.encode()] = entry
        self._new.append(b" ".join((kind, stamp.encode(), entry)))


def _stamp(status: os.stat_result) -> str:
    """One file in one state."""
    return f"{status.st_dev:x}.{status.st_ino:x}.{status.st_size:x}.{status.st_mtime_ns:x}.{status.st_ctime_ns:x}"


def _of_this_source() -> str:
    """Stands for the code that reads files and compares symbols: version, and when it was put there."""
    rooms = os.path.dirname(os.path.dirname(__file__))
    sources = [one for room in ("binary", "loader/glibc") for one in os.scandir(os.path.join(rooms, room))]
    known = [(one.name, one.stat().st_mtime_ns) for one in sources if one.name.endswith(".py")]
    known.append(("", os.stat(__file__).st_mtime_ns))
    return hashlib.sha256(repr((__version__, sorted(known))).encode()).hexdigest()[:16]


def _entries(path: str) -> Iterator[tuple[tuple[bytes, bytes], bytes]]:
    """Yield ((kind, stamp), value) of each line. What is not this user's own is not read."""
    with suppress(OSError):
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            if (hasattr(os, "geteuid") and status.st_uid != os.geteuid()) or status.st_size > 2 * LARGEST_BYTES:
                return
            lines = file.read().split(b"\n")
        for line in lines:
            kind, _, rest = line.partition(b" ")
            stamp, _, value = rest.partition(b" ")
            if value:
                yield (kind, stamp), value


def _add(path: str, lines: list[bytes]) -> None:
    directory = os.path.dirname(path)
    if not os.path.exists(path):
        os.makedirs(directory, mode=0o700, exist_ok=True)
        for name in os.listdir(directory):
            one = os.path.join(directory, name)
            if name.startswith(PREFIX) and time.time() - os.stat(one).st_mtime > OLDEST_S:
                os.remove(one)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        if os.fstat(descriptor).st_size > LARGEST_BYTES:
            os.ftruncate(descriptor, 0)
        os.write(descriptor, b"\n".join((b"", *lines, b"")))  # whoever wrote before may have been cut off
    finally:
        os.close(descriptor)
