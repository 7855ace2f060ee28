"""Where `pick` looks: what pip and uv are set up to ask here, and the places that `knowledge` names for a project."""

from __future__ import annotations

from dataclasses import dataclass

from wontload.app.places import Place as Where
from wontload.knowledge.indexes import KnownIndex, indexes_of
from wontload.machine import Machine
from wontload.wheels.cache import Cache
from wontload.wheels.index.gather import Place
from wontload.wheels.index.settings import Settings, pip_settings, uv_settings
from wontload.wheels.logins import Logins
from wontload.wheels.pools import Connection
from wontload.wheels.web import Web


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to look.

    Attributes:
        index_url, extra_index_urls, find_links: as pip's. known: also ask the places that `knowledge` names.
        read_all: read each wheel as far as judging takes, whatever it costs. every: judge all that fit, not the best.
        offline: from the cache alone. alone: for a wheel that is installed by itself, and must go with what is there.
    """

    index_url: str | None = None
    extra_index_urls: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    known: bool = True
    read_all: bool = False
    every: bool = False
    offline: bool = False
    alone: bool = False


def settings_here(place: Where, options: Options) -> tuple[Settings, Settings]:
    """Pip's and uv's settings on this computer, which asks for a saved machine, too; with the default index given."""
    python = place.machine.python
    pip = pip_settings(python.prefix) if python and place.live else pip_settings()
    return pip.with_options(index_url=options.index_url), uv_settings().with_options(index_url=options.index_url)


def with_places(settings: Settings, options: Options) -> Settings:
    """The same with the further places given."""
    return settings.with_options(extra_index_urls=options.extra_index_urls, find_links=options.find_links)


def web_for(settings: Settings, cache: Cache, options: Options) -> Web:
    """A client that reaches servers as pip does here."""
    connection = Connection(
        certificates=settings.certificates,
        client_certificate=settings.client_certificate,
        proxy=settings.proxy,
        trusted_hosts=settings.trusted_hosts,
    )
    return Web(connection=connection, cache=cache, offline=options.offline, logins=Logins())


def places_for(project: str, machine: Machine, pip: Settings, uv: Settings, options: Options) -> tuple[Place, ...]:
    """What pip asks, in its order; then what uv asks besides, then the places that `knowledge` names."""
    found: dict[tuple[str, str], Place] = {}
    for settings in (with_places(pip, options), with_places(uv, options)):
        for url in settings.find_links:
            found.setdefault(("links", url), Place(kind="links", url=url))
        for url in () if settings.no_index else settings.indexes:
            found.setdefault(("simple", url), Place(kind="simple", url=url))
    for known in indexes_of(project) if options.known else ():
        if _is_for(known, machine):
            found.setdefault(
                (known.kind, known.url), Place(kind=known.kind, url=known.url, configured=False, known=known)
            )
    return tuple(found.values())


def _is_for(known: KnownIndex, machine: Machine) -> bool:
    """Whether builds from a place can be of use on a machine at all; where that is not known, they can."""
    if known.accelerator == "metal":
        return machine.system.name == "macos"
    if machine.system.name == "macos":
        return known.accelerator not in ("cuda", "rocm", "xpu")
    gpus = machine.inventory.gpus
    vendor = {"cuda": "nvidia", "rocm": "amd", "xpu": "intel"}.get(known.accelerator)
    return gpus is None or vendor is None or any(one.vendor == vendor for one in gpus)
