"""Which source distribution the indexes that pip is configured for offer of a package; only their pages are fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wontload.build.source import NoSource
from wontload.errors import UnknownTarget
from wontload.knowledge.packages import normalised
from wontload.machine import Machine
from wontload.wheels.candidates import Candidate, Target, candidates_of
from wontload.wheels.choosing import Request, chosen
from wontload.wheels.index.folders import path_of
from wontload.wheels.index.gather import Asked, Place, gather
from wontload.wheels.index.link import Link
from wontload.wheels.index.settings import Settings, pip_settings
from wontload.wheels.pools import Connection
from wontload.wheels.web import Web

PATIENCE_S = 60.0
IN_ITS_PLACE = "--source takes a directory, such as a Git checkout, or a file."


class NoAnswer(NoSource):
    """Nothing was found, and not every place answered. Exit status 4. `why`: of those that did not, in sentences."""

    def __init__(self, message: str, next_step: str, why: str) -> None:
        super().__init__(message, next_step)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One source distribution that is offered: `link` says by whom, `version` is its own, `web` leads to it."""

    link: Link
    version: str
    web: Web


def seek(name: str, version: str, machine: Machine, *, find_links: Sequence[str] = ()) -> Offer:
    """The source distribution that would be built.

    Args:
        name, version: empty version: the newest that fits. machine: whose Python, and whose configuration of pip.
        find_links: places besides those that are configured.

    Raises:
        UnknownTarget: every place answered, and none has the project.
        NoSource: the project has none that fits. NoAnswer: none was found, and not every place answered.
    """
    settings = _settings(machine, find_links)
    web = _web(settings)
    project = normalised(name)
    answers = gather(project, _places(settings), web, patience_s=PATIENCE_S)
    candidates = candidates_of(project, answers, Target(machine))
    found = chosen([one for one in candidates if not one.wheel], _request(name, version), settings)
    if found is None:
        raise _none(name, version, answers, candidates, settings)
    return Offer(link=found.link, version=str(found.version), web=web)


def _none(
    name: str, version: str, answers: Sequence[Asked], candidates: Sequence[Candidate], settings: Settings
) -> NoSource | UnknownTarget:
    """Why there is nothing to build, as the error that says it."""
    wanted = f"{name} {version}".strip()
    message = f"no source distribution of {wanted} is offered. {_instead(name, candidates, settings)}".strip()
    problems = " ".join(dict.fromkeys(one.problem for one in answers if one.problem))
    if problems:
        return NoAnswer(f"{message} {problems}", f"Is there a network? {IN_ITS_PLACE}", problems)
    if not candidates:
        return UnknownTarget(f"no index that was asked knows {name}.", IN_ITS_PLACE)
    return NoSource(message, IN_ITS_PLACE)


def _instead(name: str, candidates: Sequence[Candidate], settings: Settings) -> str:
    """What there is in place of the source that was asked for; empty for nothing."""
    sources = [one for one in candidates if not one.wheel]
    newest = chosen(sources, _request(name, ""), settings)
    if newest is not None:
        return f"The newest one is {newest.link.filename}."
    if candidates and not sources:
        return "Its project publishes finished wheels alone there."
    objections = "; ".join(sorted({one.objection for one in sources if one.objection}))
    return f"{objections}." if objections else ""


def unreachable(wanted: Sequence[str], machine: Machine, *, find_links: Sequence[str]) -> str:
    """Why nothing can be fetched for a build; empty where some place answers, or nothing is wanted.

    Args:
        wanted: normalised names of what the build's environment needs and no directory of `find_links` holds: one of
            them is asked for.
    """
    settings = _settings(machine, find_links)
    places = [one for one in _places(settings) if one.url not in find_links]
    if not wanted or not places:
        return ""
    answers = gather(wanted[0], places, _web(settings), patience_s=PATIENCE_S)
    if any(_answers(one, wanted[0]) for one in answers):
        return ""
    return " ".join(dict.fromkeys(one.problem for one in answers if one.problem))


def _answers(asked: Asked, name: str) -> bool:
    """Whether a server answered, or a directory of this disk has the project."""
    if not asked.problem and path_of(asked.place.url) is None:
        return True
    return any(normalised(link.filename.partition("-")[0]) == name for link in asked.links)


def _settings(machine: Machine, find_links: Sequence[str]) -> Settings:
    settings = pip_settings(machine.python.prefix if machine.python else "")
    return replace(settings, no_binary=(":all:",), only_binary=(), find_links=(*settings.find_links, *find_links))


def _web(settings: Settings) -> Web:
    return Web(Connection(**{one: getattr(settings, one) for one in Connection.__slots__}))


def _places(settings: Settings) -> list[Place]:
    indexes = () if settings.no_index else settings.indexes
    return [
        *(Place(kind="links", url=url) for url in settings.find_links),
        *(Place(kind="simple", url=url) for url in indexes),
    ]


def _request(name: str, version: str) -> Request:
    from packaging.specifiers import SpecifierSet

    return Request(project=normalised(name), specifier=SpecifierSet(f"=={version}" if version else ""))
