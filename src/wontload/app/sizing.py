"""How many bytes a fix would fetch, and whether what a build needs is published at all.

Asked of the indexes that the fix's installer would ask, before anything is fetched.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace

from wontload.app.fix import Plan
from wontload.errors import WontloadError
from wontload.remedy.candidates.build import source_found
from wontload.remedy.fix import Fix, rank
from wontload.wheels.candidates import Target, candidates_of
from wontload.wheels.choosing import Request, chosen
from wontload.wheels.index.folders import path_of
from wontload.wheels.index.gather import Place, gather
from wontload.wheels.index.link import Link
from wontload.wheels.index.settings import Settings, pip_settings
from wontload.wheels.pools import Connection
from wontload.wheels.web import Web

PATIENCE_S = 15.0  # a plan does not wait longer for a number


@dataclass(frozen=True, slots=True)
class Offer:
    """What indexes say of one requirement.

    Attributes:
        found: whether a file that fits is offered; `None` where not all of them answered.
        size_bytes: of that file; `None` where it is not told.
    """

    found: bool | None = None
    size_bytes: int | None = None


def sized(plan: Plan) -> Plan:
    """The plan with the bytes that each fix would fetch, in the order that they make; not known stays so.

    A build whose source every index says not to have is left out.
    """
    # Which file a matching wheel is, is found out when it is fetched.
    fixes = [fix for fix in plan.fixes if fix.kind != "matching-wheel"]
    wanted = {(one, fix.index, fix.kind == "build") for fix in fixes for one in fix.requirements}
    if not wanted or plan.environment is None:
        return plan
    settings = pip_settings(plan.environment.prefix)
    web = Web(Connection(**{name: getattr(settings, name) for name in Connection.__slots__}))
    target = Target(plan.diagnosis.machine)
    offers = {
        (one, index, source): _offer(one, _of_index(settings, index, source=source), target, web)
        for one, index, source in wanted
    }
    known = []
    for fix in fixes:
        own = [offers[one, fix.index, fix.kind == "build"] for one in fix.requirements]
        if fix.kind == "build":
            if any(one.found is False for one in own):
                continue
            fix = source_found(fix) if all(one.found for one in own) else fix
        known.append(_sized(fix, [one.size_bytes for one in own]))
    others = [fix for fix in plan.fixes if fix.kind == "matching-wheel"]
    return replace(plan, fixes=tuple(sorted([*known, *others], key=rank)))


def _sized(fix: Fix, sizes: Iterable[int | None]) -> Fix:
    known = [size for size in sizes if size is not None]
    complete = fix.requirements and len(known) == len(fix.requirements)
    return replace(fix, download_bytes=sum(known)) if complete else fix


def _of_index(settings: Settings, index: str, *, source: bool) -> Settings:
    """As `fetch` asks: wheels only, and of the index alone that a fix names; of a build its source only."""
    settings = settings.with_options(index_url=index) if index else settings
    every = (":all:",)
    return replace(settings, only_binary=() if source else every, no_binary=every if source else ())


def _offer(requirement: str, settings: Settings, target: Target, web: Web) -> Offer:
    """The file that pip would take."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    asked = Requirement(requirement)
    project = canonicalize_name(asked.name)
    indexes = () if settings.no_index else settings.indexes
    places = [
        *(Place(kind="links", url=url) for url in settings.find_links),
        *(Place(kind="simple", url=url) for url in indexes),
    ]
    try:
        answers = gather(project, places, web, patience_s=PATIENCE_S)
        request = Request(project=project, specifier=asked.specifier)
        found = chosen(candidates_of(project, answers, target), request, settings)
        if found is None:
            return Offer(found=None if any(one.problem for one in answers) else False)
        return Offer(True, found.link.size_bytes or _size_of(found.link, web))
    except WontloadError:
        return Offer()


def _size_of(link: Link, web: Web) -> int | None:
    """A page after PEP 503 gives no sizes: the server of the file does, or the disk that it lies on."""
    try:
        if local := path_of(link.url):
            return os.path.getsize(local)
        response = web.open(link.url, {"Accept-Encoding": "identity"}, method="HEAD", whole_s=PATIENCE_S)
    except (WontloadError, OSError):
        return None
    response.close()
    length = response.headers.get("Content-Length", "")
    return int(length) if response.status == 200 and length.isascii() and length.isdigit() else None
