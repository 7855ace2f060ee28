"""What leads through many bytes of a wheel: its files' hashes, and tables and GPU code of its large libraries.

It is made in threads while the rest of a check goes on: zlib and hashlib let others run meanwhile. What would take too
long is left out and said to be, unless all is asked for.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from wontload.binary import MalformedImage
from wontload.binary.inflating import Inflating
from wontload.binary.source import Data
from wontload.wheels.background import Background, Work
from wontload.wheels.bad_archive import BadArchive
from wontload.wheels.central_directory import Member
from wontload.wheels.gpu_listing import ENOUGH_CONTAINERS, GpuListing, gpu_listing
from wontload.wheels.wheel import Wheel

# Files are hashed from the smallest on, until so many bytes have come together: a quarter of a second's worth.
MOST_HASHED_BYTES = 64 << 20
BATCH_BYTES, BATCH_FILES = 1 << 20, 500  # that are hashed in one go
LARGE_BYTES = 16 << 20  # a library that has a thread for itself
# Of a larger one only the first GPU code is listed, and none that lies behind so many packed bytes.
LISTED_BYTES, LISTED_BEHIND_BYTES = 64 << 20, 64 << 20
MOST_THREADS = 4
HASHES = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Something that was not looked at, of some files.

    Attributes:
        check: `record` (whether the file is the one whose hash RECORD has), or `gpu-code` (all GPU code in it).
        files: names of members. size_bytes: of these, unpacked. what: a sentence; it ends in what would make it.
    """

    check: str
    files: tuple[str, ...]
    size_bytes: int
    what: str


class Unpacking:
    """Hashes and GPU code of one wheel, begun when this is made; to be used in a `with` block.

    Args:
        wheel: its archive open until the block ends. thorough: leave nothing out, however long it takes.
    """

    def __init__(self, wheel: Wheel, *, thorough: bool = False) -> None:
        self._wheel, self._thorough = wheel, thorough
        self._background = Background(min(MOST_THREADS, os.cpu_count() or 1))
        begin = self._background.begin
        large = sorted((one for one in wheel.natives if one.size_bytes > LARGE_BYTES), key=lambda one: -one.size_bytes)
        self._tables = [begin(partial(self._read_tables, member)) for member in large]
        self._small = {
            member.name: begin(partial(self._list_small, member))
            for member in wheel.natives
            if member.size_bytes <= LARGE_BYTES
        }
        self._listed = {
            member.name: begin(partial(self._list_large, member, tables))
            for member, tables in zip(large, self._tables, strict=True)
        }
        hashed, self._not_hashed = self._to_be_hashed()
        self._digests: dict[str, Work[dict[str, str | BadArchive]]] = {}
        for batch in _batches(hashed, wheel.archive.members):
            self._digests |= dict.fromkeys(batch, begin(partial(self._hash, batch)))

    def __enter__(self) -> Unpacking:
        return self

    def __exit__(self, *_: object) -> None:
        self._background.end()

    def read_tables(self) -> None:
        """Wait until the tables of all libraries were read; from then on nobody but the caller reads them."""
        for tables in self._tables:
            tables.result()
        for small in self._small.values():
            small.result()

    def digest(self, name: str) -> str | None:
        """The hash of a member as RECORD has it, in hexadecimal; `None`: it was not worked out. Raises `BadArchive`."""
        work = self._digests.get(name)
        found = work.result()[name] if work else None
        if isinstance(found, BadArchive):
            raise found
        return found

    def gpu(self) -> Mapping[str, GpuListing]:
        """GPU code by member, in the wheel's order, of those that have any or may have more than was read."""
        works = self._small | self._listed
        return {one.name: listing for one in self._wheel.natives if (listing := works[one.name].result())}

    def skipped(self) -> Iterator[Skipped]:
        """What was left out."""
        if self._not_hashed:
            yield self._skipped(
                "record", self._not_hashed, "were not held against the hash that RECORD has of them, for their size"
            )
        partly = [name for name, listing in self.gpu().items() if not listing.complete]
        if partly:
            yield self._skipped("gpu-code", partly, "may hold GPU code for more targets than are listed")

    def _skipped(self, check: str, names: list[str], what: str) -> Skipped:
        size = sum(self._wheel.archive.members[name].size_bytes for name in names)
        noun = "file" if len(names) == 1 else "files"
        text = f"{len(names)} {noun} of {size / 1e6:.0f} MB {what}; --thorough does it"
        if len(names) == 1:
            text = text.replace(" were ", " was ", 1).replace(" of them", " of it").replace(" their ", " its ")
        return Skipped(check=check, files=tuple(names), size_bytes=size, what=text)

    def _to_be_hashed(self) -> tuple[dict[str, str], list[str]]:
        """The members to hash with the algorithm of each, the smallest first; and those that are too many."""
        members = self._wheel.archive.members
        listed = {row.path: row.algorithm for row in self._wheel.record if row.algorithm in HASHES}
        hashed, left_out, total = {}, [], 0
        for name in sorted(listed.keys() & members.keys(), key=lambda name: (members[name].size_bytes, name)):
            total += members[name].size_bytes
            if self._thorough or total <= MOST_HASHED_BYTES:
                hashed[name] = listed[name]
            else:
                left_out.append(name)
        return hashed, left_out

    def _hash(self, batch: Mapping[str, str]) -> dict[str, str | BadArchive]:
        """The hash of each member, by the algorithm that its name leads to; or what is wrong with the member."""
        archive = self._wheel.archive
        found: dict[str, str | BadArchive] = {}
        for name, algorithm in batch.items():
            hashed = HASHES[algorithm]()
            try:
                for chunk in archive.chunks(archive.members[name]):
                    hashed.update(chunk)
                found[name] = hashed.hexdigest()
            except BadArchive as bad:
                found[name] = bad
        return found

    def _list_small(self, member: Member) -> GpuListing | None:
        if isinstance(self._wheel.content(member), MalformedImage):
            return None
        return gpu_listing(self._wheel.archive.data(member), member.name)

    def _read_tables(self, member: Member) -> Data | None:
        """Have a large library's tables read; and its bytes, where they are to be had, for a reader besides."""
        self._wheel.content(member)
        try:
            data = self._wheel.archive.data(member)
        except MalformedImage:
            return None
        return data.copy() if isinstance(data, Inflating) else data

    def _list_large(self, member: Member, tables: Work[Data | None]) -> GpuListing | None:
        """By a reading of its own, so that whoever asks for tables meanwhile need not wait."""
        data = tables.result()  # begun before this, by the same threads
        if data is None:
            return None
        if self._thorough or member.size_bytes <= LISTED_BYTES:
            return gpu_listing(data, member.name)
        return gpu_listing(data, member.name, most_containers=ENOUGH_CONTAINERS, most_bytes=LISTED_BEHIND_BYTES)


def _batches(hashed: Mapping[str, str], members: Mapping[str, Member]) -> Iterator[dict[str, str]]:
    """Members with their algorithms, as many at a time as one thread does between two looks at what else waits.

    In the order in which they lie, so that the disk is read forwards.
    """
    batch: dict[str, str] = {}
    size = 0
    for name in sorted(hashed, key=lambda name: members[name].offset):
        batch[name] = hashed[name]
        size += members[name].size_bytes
        if size > BATCH_BYTES or len(batch) == BATCH_FILES:
            yield batch
            batch, size = {}, 0
    if batch:
        yield batch
