"""Getting a source distribution: from the indexes that pip is configured for, or from directories.

Not by `pip download`: of a package whose backend cannot tell its metadata alone (meson-python) that compiles it first.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from wontload.build.source import NoSource
from wontload.build.unpack import is_archive
from wontload.knowledge.packages import normalised
from wontload.machine import Machine
from wontload.wheels.candidates import Candidate, Target, candidates_of
from wontload.wheels.choosing import Request, chosen
from wontload.wheels.index.folders import path_of
from wontload.wheels.index.gather import Asked, Place, gather
from wontload.wheels.index.settings import Settings, pip_settings
from wontload.wheels.pools import Connection
from wontload.wheels.web import Web
from wontload.wheels.whole import fetch_whole

PATIENCE_S = 60.0


def fetch_source(
    name: str, version: str, machine: Machine, directory: str, *, offline: bool, find_links: Sequence[str]
) -> str:
    """The path of a source distribution of exactly that package.

    Args:
        name, version: empty version: the newest that fits. machine: whose Python, and whose configuration of pip.
        directory: a place of the build's own. offline: only `find_links` count, which are directories then.

    Raises:
        NoSource: there is none.
        Unreachable: a server does not answer, or gives another file than it promised.
    """
    if offline:
        return _lying(name, version, find_links)
    settings = _settings(machine, find_links)
    web = _web(settings)
    answers = gather(normalised(name), _places(settings), web, patience_s=PATIENCE_S)
    candidates = candidates_of(normalised(name), answers, Target(machine))
    offered = [one for one in candidates if not one.wheel]
    found = chosen(offered, _request(name, version), settings)
    if found is None:
        why = _why_none(name, answers, candidates, settings)
        raise NoSource(
            f"no source distribution of {f'{name} {version}'.strip()} is offered. {why}".strip(),
            "--source takes a directory, such as a Git checkout, or a file."
            if candidates
            else "Is there a network, and does the index have its source? --source takes a directory or a file.",
        )
    local = path_of(found.link.url)
    return local or fetch_whole(found.link, web, directory=os.path.join(directory, "sdist"))


def _why_none(name: str, answers: Sequence[Asked], candidates: Sequence[Candidate], settings: Settings) -> str:
    """What there is in place of the source that was asked for, or why nothing is known of it; empty for nothing."""
    sources = [one for one in candidates if not one.wheel]
    newest = chosen(sources, _request(name, ""), settings)
    if newest is not None:
        return f"The newest one is {newest.link.filename}."
    if candidates and not sources:
        return "Its project publishes finished wheels alone there."
    problems = " ".join(one.problem for one in answers if one.problem)
    return problems or "; ".join(sorted({one.objection for one in sources if one.objection}))


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


def _lying(name: str, version: str, find_links: Sequence[str]) -> str:
    for directory in find_links:
        for file in sorted(os.listdir(directory), reverse=True) if os.path.isdir(directory) else ():
            stem = file.lower().removesuffix(".tar.gz").removesuffix(".zip")
            own, _, number = stem.rpartition("-")
            if is_archive(file) and normalised(own) == normalised(name) and version in ("", number):
                return os.path.join(directory, file)
    raise NoSource(
        f"there is no source distribution of {name} {version}".rstrip()
        + " in --find-links, and --offline forbids the network.",
        "Give it with --source FILE or DIRECTORY.",
    )
