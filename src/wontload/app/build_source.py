"""Where the source of a build is: given, offered by an index, or not asked for; brought and read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from wontload.app.build_order import Order
from wontload.build.fetch import fetch, lying
from wontload.build.seek import NoAnswer, Offer, seek
from wontload.build.source import NoSource, Source, read_source
from wontload.build.unpack import bring
from wontload.errors import UnknownTarget, UsageError
from wontload.knowledge.packages import normalised
from wontload.machine import Machine
from wontload.wheels.index.link import shown_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a plan knows of the source that its build would take.

    Attributes:
        file: name of the source distribution; empty: not known. place: the index or directory that offers it.
        version: its own. unasked: why no place told whether there is one, a clause; empty where one did.
    """

    file: str = ""
    place: str = ""
    version: str = ""
    unasked: str = ""


def sought(order: Order, machine: Machine) -> Sought:
    """What is offered for a build on this computer; nothing but the pages of indexes is fetched.

    Raises:
        UnknownTarget, NoSource: every place was asked, and there is nothing to build.
    """
    if order.offline:
        return _sought_here(order)
    try:
        offer = _offer(order, machine)
    except NoAnswer as error:
        return Sought(unasked=error.why.rstrip("."))
    return Sought(file=offer.link.filename, place=shown_url(offer.link.index), version=offer.version)


def _sought_here(order: Order) -> Sought:
    try:
        path = lying(order.name, order.version, order.find_links)
    except NoSource:
        return Sought(unasked="--offline forbids the network")
    return Sought(file=os.path.basename(path), place=os.path.dirname(path))


def _offer(order: Order, machine: Machine) -> Offer:
    try:
        return seek(order.name, order.version, machine, find_links=order.find_links)
    except UnknownTarget as unknown:
        from wontload.app.suggesting import nearest  # difflib takes its time to import

        near = nearest(order.name, machine)
        advice = f"Did you mean {near}? " if near else ""
        raise UnknownTarget(unknown.message, advice + unknown.next_step) from None


@contextmanager
def workplace() -> Iterator[str]:
    """A directory of the build's own, with a short name; removed whatever happens."""
    with tempfile.TemporaryDirectory(prefix="wl-", ignore_cleanup_errors=True) as directory:
        yield os.path.realpath(directory)


@contextmanager
def read_at_hand(order: Order) -> Iterator[Source | None]:
    """The source that was given; `None` where none was. It is there as long as this lasts."""
    if order.source is None:
        yield None
    elif os.path.isdir(order.source):
        yield read(order, order.source)
    else:
        with workplace() as directory:
            yield read(order, bring(order.source, directory))


def brought(order: Order, machine: Machine, directory: str) -> str:
    """A directory below that one with the source to build, fetched where it is not at hand."""
    place = os.path.join(directory, "source")
    os.mkdir(place)
    if order.source is not None:
        return bring(order.source, place)
    if order.offline:
        return bring(lying(order.name, order.version, order.find_links), place)
    return bring(fetch(_offer(order, machine), directory), place)


def read(order: Order, directory: str) -> Source:
    """What a source tells of itself; it must be of the package that was asked for, and complete."""
    source = read_source(directory)
    if source.name and normalised(source.name) != normalised(order.name):
        raise UsageError(
            f"the source is of {source.name}, and {order.name} was asked for.", "Give the one or the other."
        )
    if order.version and source.version and source.version != order.version:
        raise UsageError(f"the source is of version {source.version}, and {order.version} was asked for.")
    if source.empty_submodules:
        raise NoSource(
            f"{', '.join(source.empty_submodules)} is empty: the source's Git submodules were not fetched.",
            "Run `git submodule update --init --recursive` in it, or take the source distribution from PyPI.",
        )
    return source
