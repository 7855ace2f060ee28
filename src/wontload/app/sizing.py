"""How many bytes a fix would fetch: asked of the indexes that its installer would ask, before anything is fetched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from wontload.app.fix import Plan
from wontload.errors import WontloadError
from wontload.remedy.fix import Fix, rank
from wontload.wheels.candidates import Target, candidates_of
from wontload.wheels.choosing import Request, chosen
from wontload.wheels.index.gather import Place, gather
from wontload.wheels.index.link import Link
from wontload.wheels.index.settings import Settings, pip_settings
from wontload.wheels.pools import Connection
from wontload.wheels.web import Web

PATIENCE_S = 15.0  # a plan does not wait longer for a number


def sized(plan: Plan) -> Plan:
    """The plan with the bytes that each fix would fetch, and in the order that they make; not known stays so."""
    # Which file a matching wheel is, is found out when it is fetched.
    fixes = [fix for fix in plan.fixes if fix.kind != "matching-wheel"]
    wanted = {(one, fix.index, fix.kind == "build") for fix in fixes for one in fix.requirements}
    if not wanted or plan.environment is None:
        return plan
    settings = pip_settings(plan.environment.prefix)
    web = Web(Connection(**{name: getattr(settings, name) for name in Connection.__slots__}))
    target = Target(plan.diagnosis.machine)
    sizes = {
        (one, index, source): _bytes(one, _of_index(settings, index, source=source), target, web)
        for one, index, source in wanted
    }
    known = [_sized(fix, [sizes[one, fix.index, fix.kind == "build"] for one in fix.requirements]) for fix in fixes]
    others = [fix for fix in plan.fixes if fix not in fixes]
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


def _bytes(requirement: str, settings: Settings, target: Target, web: Web) -> int | None:
    """Of the file that pip would take; `None` where it cannot be told."""
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
        return None if found is None else found.link.size_bytes or _of_header(found.link, web)
    except WontloadError:
        return None


def _of_header(link: Link, web: Web) -> int | None:
    """A page after PEP 503 gives no sizes: the server of the file does."""
    response = web.open(link.url, {"Accept-Encoding": "identity"}, method="HEAD", whole_s=PATIENCE_S)
    response.close()
    length = response.headers.get("Content-Length", "")
    return int(length) if response.status == 200 and length.isascii() and length.isdigit() else None
