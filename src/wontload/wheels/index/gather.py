"""All that is offered of one project, from every place at once; what could not be reached is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from wontload.errors import WontloadError
from wontload.knowledge.indexes import KnownIndex
from wontload.wheels.concurrently import concurrently
from wontload.wheels.index import releases
from wontload.wheels.index.folders import folder_links, path_of, project_links
from wontload.wheels.index.link import Link, shown_url
from wontload.wheels.index.simple import ACCEPT, links_of
from wontload.wheels.unreachable import Unreachable
from wontload.wheels.web import Web

PATIENCE_S = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place to ask.

    Attributes:
        kind: `simple`, `links` or `releases`. url: URL or path.
        configured: an installer here asks it without being told to; else it is one that `knowledge` names.
        known: what `knowledge` says of it.
    """

    kind: str
    url: str
    configured: bool = True
    known: KnownIndex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one place answered.

    Attributes:
        links: of the project and of others where the place does not sort them. problem: why it gave none.
        absent: it answered, and knows no such project. cached: its page was kept from earlier, and nobody was asked.
    """

    place: Place
    links: tuple[Link, ...] = ()
    problem: str = ""
    absent: bool = False
    cached: bool = False


def gather(
    project: str,
    places: Sequence[Place],
    web: Web,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    patience_s: float = PATIENCE_S,
) -> tuple[Asked, ...]:
    """Ask every place for a (normalised) project's files, and return the answers in the order of `places`."""
    jobs = [partial(_ask, project, place, web) for place in places]
    answers: dict[int, Asked] = {}
    for index, answer in concurrently(jobs, patience_s=patience_s):
        progress(len(answers) + 1, len(jobs))
        if isinstance(answer, Asked):
            answers[index] = answer
        elif isinstance(answer, (TimeoutError, WontloadError)):
            answers[index] = Asked(place=places[index], problem=str(answer))
        else:
            raise answer
    return tuple(answers[index] for index in range(len(jobs)))


def _ask(project: str, place: Place, web: Web) -> Asked:
    try:
        if place.kind == "releases":
            return _releases(place, web)
        if place.kind == "links":
            return _page_of_links(place, web)
        return _of_index(project, place, web)
    except WontloadError as error:
        return Asked(place=place, problem=str(error))


def _of_index(project: str, place: Place, web: Web) -> Asked:
    if path_of(place.url) is not None:
        links = project_links(place.url, project)
        return Asked(place=place, links=links, absent=not links)
    url = f"{place.url.rstrip('/')}/{project}/"
    try:
        page = web.page(url, ACCEPT)
    except Unreachable as problem:
        # Of an index, "no such page" (GitHub Pages, PyPI) and "forbidden" (S3 without listing) both mean that it does
        # not have the project. Source: uv, "Searching across multiple indexes", on ignored error codes.
        if problem.status == 404 or (problem.status == 403 and "download.pytorch.org" in url):
            return Asked(place=place, absent=True)
        raise
    links = links_of(page.body, page.content_type, page.url, shown_url(place.url))
    return Asked(place=place, links=links, cached=page.cached)


def _page_of_links(place: Place, web: Web) -> Asked:
    if path_of(place.url) is not None:
        return Asked(place=place, links=folder_links(place.url))
    page = web.page(place.url, "text/html")
    links = links_of(page.body, page.content_type, page.url, shown_url(place.url))
    return Asked(place=place, links=links, cached=page.cached)


def _releases(place: Place, web: Web) -> Asked:
    repository = releases.repository_of(place.url)
    if repository is None:
        raise WontloadError(f"{shown_url(place.url)} is no page of releases on GitHub.")
    found: list[Link] = []
    cached = True
    for number in range(1, releases.MOST_PAGES + 1):
        url = releases.API.format(owner=repository[0], name=repository[1], page=number)
        page = web.page(url, releases.ACCEPT)
        links, last = releases.release_links(page.body, place.url)
        found += links
        cached = cached and page.cached
        if last:
            break
    return Asked(place=place, links=tuple(found), cached=cached)
