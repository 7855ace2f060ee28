"""A candidate opened where it is: on this disk, or behind a URL of which only the pieces that matter are fetched.

Of a remote wheel the list of members, its metadata, and of each native member the compressed bytes up to its last table
are read. What lies further than is allowed stays unread and is said to: a file judged from half its tables would be a
guess. A PE file's tables lie in front of its GPU code; an ELF file's dynamic section lies behind it, and is inflated
from near the member's end (`binary.inflating_tail`) where that is less.

What decides comes first, then the libraries that this asks for, then the rest, so that what is left unread is mostly
what no import needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from wontload.binary import Image, MalformedImage
from wontload.binary.malformed import NotReached
from wontload.wheels.archive import Archive
from wontload.wheels.bringing import base_name
from wontload.wheels.cache import Cache
from wontload.wheels.central_directory import LOCAL_HEADER_BYTES, Member
from wontload.wheels.gpu_listing import ENOUGH_CONTAINERS, GpuListing, NotEnough, gpu_listing
from wontload.wheels.index.folders import path_of
from wontload.wheels.index.link import Link
from wontload.wheels.ranges import RemoteFile
from wontload.wheels.unpaid import NotPaidFor
from wontload.wheels.web import Web
from wontload.wheels.wheel import Wheel, read_wheel

SHARE = 0.028  # of a wheel that may be fetched to judge it
LEAST_BYTES, MOST_BYTES = 12 << 20, 24 << 20  # of that
SLACK_BYTES = 1 << 18  # pieces overlap at their ends
FRONT_BYTES = 96 << 10  # of each native member, fetched at once with those of the others
SMALL_HEADER_BYTES = 512  # room for a member's name and extra field
LITTLE_BYTES = 256 << 20  # of native members on this disk, unpacked, of which all GPU code is listed


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A wheel as far as it was read.

    Attributes:
        wheel: its native members are those whose tables were read.
        unread: native members that were not, because of what they would cost. costs: of each, about how many bytes more
            would have had to be fetched for the table at which reading stopped, or, where that is not known, for all.
        gpu: by name of a member that holds code for GPUs, or may hold more than was read.
        fetched_bytes, requests: over the network; 0 for a local file. size_bytes: of the whole.
    """

    wheel: Wheel
    unread: tuple[Member, ...] = ()
    costs: Mapping[str, int] = field(default_factory=dict)
    gpu: Mapping[str, GpuListing] = field(default_factory=dict)
    fetched_bytes: int = 0
    requests: int = 0
    size_bytes: int = 0

    @property
    def unread_bytes(self) -> int:
        """About what it would cost to read the rest."""
        return sum(self.costs.values())

    def close(self) -> None:
        """Let go of the file; images of its members can then not be asked for anything new."""
        self.wheel.archive.close()


def open_candidate(
    link: Link,
    web: Web,
    *,
    cache: Cache | None = None,
    most_bytes: int = MOST_BYTES,
    for_all: bool = False,
    read_all: bool = False,
    first: Callable[[str], bool] = lambda member: False,
) -> Opened:
    """Read a wheel as far as judging it takes.

    Args:
        link: of the wheel. cache: where pieces are kept. read_all: whatever it takes.
        most_bytes: what may be fetched for what decides and what that needs; for the rest the usual share, if that is
            less. for_all: that is for the rest, too.
        first: whether a member decides, and is to be read before the others.

    Raises:
        Unreachable, NoRanges, BadArchive.
    """
    local = path_of(link.url)
    if local is not None:
        return _read(Archive(local), link.filename, None, first)
    remote = RemoteFile(link, web, cache=cache)
    try:
        remote.allowed_bytes = None if read_all else most_bytes
        archive = Archive(remote, name=link.filename)  # type: ignore[arg-type]
        archive.fetching = remote
        share = most_bytes if for_all else min(most_bytes, allowance(remote.size_bytes))
        return _read(archive, link.filename, remote, first, None if read_all else share)
    finally:
        remote.keep()


def allowance(size_bytes: int) -> int:
    """How many bytes may be fetched of a wheel of that size without asking: all of a small one."""
    if size_bytes <= MOST_BYTES:
        return size_bytes + SLACK_BYTES
    return max(LEAST_BYTES, min(int(size_bytes * SHARE), MOST_BYTES))


def _read(
    archive: Archive,
    filename: str,
    remote: RemoteFile | None,
    first: Callable[[str], bool],
    share: int | None = None,
) -> Opened:
    if remote is not None:
        remote.prefetch(_metadata(archive))
    wheel = read_wheel(archive, filename)
    waiting = sorted(wheel.natives, key=lambda one: one.packed_bytes)
    costs: dict[str, int] = {}
    members = [one for one in waiting if first(one.name)]
    while members:  # what decides, then what that needs
        costs |= _read_members(wheel, members, remote)
        waiting = [one for one in waiting if one not in members]
        wanted = frozenset(_needed(wheel, [one for one in members if one.name not in costs]))
        members = [one for one in waiting if _folded(one.name) in wanted]
    if remote is not None:
        remote.allowed_bytes = share
    costs |= _read_members(wheel, waiting, remote)
    kept = replace(wheel, natives=tuple(one for one in wheel.natives if one.name not in costs))
    everything = remote is None and sum(one.size_bytes for one in wheel.natives) < LITTLE_BYTES
    gpu = {name: listing for name, listing in _gpu_code(kept, everything) if listing is not None}
    return Opened(
        wheel=kept,
        unread=tuple(one for one in wheel.natives if one.name in costs),
        costs=costs,
        gpu=gpu,
        fetched_bytes=remote.fetched_bytes if remote else 0,
        requests=remote.requests if remote else 0,
        size_bytes=archive.size_bytes,
    )


def _read_members(wheel: Wheel, members: Sequence[Member], remote: RemoteFile | None) -> dict[str, int]:
    """Read the tables of some members; of those that lie too far in, about what they would cost."""
    if remote is not None:
        remote.prefetch(_fronts(members, remote))
    costs = {member.name: cost for member in members if (cost := _read_tables(wheel, member))}
    for member in members:
        wheel.archive.let_go(member)  # many wheels are read at once
    return costs


def _needed(wheel: Wheel, members: Iterable[Member]) -> Iterator[str]:
    """The names of the libraries that members ask for."""
    for member in members:
        content = wheel.content(member)
        if isinstance(content, Image):
            yield from (_folded(one.library) for one in content.needed)


def _folded(path: str) -> str:
    """A file's name, of which more than one may be the same here: what is read first is not what is loaded."""
    return base_name(path).lower()


def _span(member: Member, most_bytes: int) -> tuple[int, int]:
    return member.offset, LOCAL_HEADER_BYTES + SMALL_HEADER_BYTES + min(member.packed_bytes, most_bytes)


def _metadata(archive: Archive) -> Iterator[tuple[int, int]]:
    for name, member in archive.members.items():
        if ".dist-info/" in name and name.endswith(("/METADATA", "/RECORD", "/WHEEL")):
            yield _span(member, member.packed_bytes)


def _fronts(members: Sequence[Member], remote: RemoteFile) -> Iterator[tuple[int, int]]:
    """The front of each native member; all of them where that is little."""
    whole = sum(one.packed_bytes for one in members)
    room = LEAST_BYTES if remote.allowed_bytes is None else remote.allowed_bytes - remote.fetched_bytes
    small = whole < room / 2
    for member in members:
        yield _span(member, member.packed_bytes if small else FRONT_BYTES)


def _read_tables(wheel: Wheel, member: Member) -> int:
    """Parse a member with all that a loader may ask of it; where that is too far in, about what it would cost."""
    try:
        content = wheel.content(member)
        if isinstance(content, Image):
            wheel.remember(member, _settled(content))
    except MalformedImage:
        return 0  # a loader finds it out as well, when it asks for that table
    except NotReached as further:
        # Where hardly more was missing for this one step, it does not tell how far in the tables lie.
        return further.packed_bytes if further.packed_bytes > SLACK_BYTES else max(member.packed_bytes, 1)
    except NotPaidFor:
        return max(member.packed_bytes, 1)
    return 0


def _settled(image: Image) -> Image:
    """The image with its tables read, so that no loader's question goes to the network.

    What a PE file keeps in its resources (manifests, mostly none) and what only musl asks about may lie behind GPU
    code; there they count as not known, as they do in a snapshot.
    """
    image = replace(
        image,
        read_manifest=image.read_manifest if _reaches(image, "manifest") else None,
        read_assembly_manifest=image.read_assembly_manifest if _reaches(image, "assembly_manifest") else None,
        read_relocations=image.read_relocations if _reaches(image, "relocations") else None,
        read_plain_names=image.read_plain_names if _reaches(image, "plain_names") else None,
        read_export_index=None,
    )
    _ = image.imports, image.exports, image.undefined, image.bindings
    return image


def _reaches(image: Image, name: str) -> bool:
    try:
        getattr(image, name)
    except NotEnough:
        return False
    except MalformedImage:
        return True
    return True


def _gpu_code(wheel: Wheel, everything: bool) -> Iterator[tuple[str, GpuListing | None]]:
    for member in wheel.natives:
        if not isinstance(wheel.content(member), MalformedImage):
            yield member.name, _listing(wheel.archive, member, everything)


def _listing(archive: Archive, member: Member, everything: bool) -> GpuListing | None:
    """The GPU code of a member, as far as it may be read; `None` for none."""
    try:
        data = archive.data(member)
    except MalformedImage:
        return None
    try:
        return gpu_listing(data, member.name, most_containers=None if everything else ENOUGH_CONTAINERS)
    finally:
        archive.let_go(member)
