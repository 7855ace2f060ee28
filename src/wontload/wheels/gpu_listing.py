"""The GPU code of one member of an archive, as far as it may be read."""

from __future__ import annotations

from dataclasses import dataclass

from wontload.binary import MalformedImage
from wontload.binary.gpu_code import CodeContainer
from wontload.binary.gpu_reading import containers_of
from wontload.binary.malformed import NotReached
from wontload.binary.source import Data, Source
from wontload.wheels.unpaid import NotPaidFor

NotEnough = (NotReached, NotPaidFor)
ENOUGH_CONTAINERS = 3  # of GPU code in one member: each was compiled for the same targets, as a rule


@dataclass(frozen=True, slots=True)
class GpuListing:
    """GPU code of one member. `complete`: there is no more than this."""

    containers: tuple[CodeContainer, ...]
    complete: bool


def gpu_listing(
    data: Data, path: str, *, most_containers: int | None = None, most_bytes: int | None = None
) -> GpuListing | None:
    """What a member holds for GPUs; `None` for nothing.

    Args:
        data: its bytes. path: for messages. most_containers: the first so many; all without a number.
        most_bytes: how many packed bytes may be inflated before the first of it; `None`: however many.
    """
    found: list[CodeContainer] = []
    complete = True
    try:
        for container in containers_of(Source(data, path), most_bytes=most_bytes):
            found.append(container)
            if len(found) == most_containers:
                complete = False
                break
    except NotEnough:
        complete = False
    except MalformedImage:
        return None  # no native code, or damaged: the image says so
    return GpuListing(tuple(found), complete) if found or not complete else None
