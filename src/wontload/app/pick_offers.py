"""What is asked of `pick`, and what the places offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wontload.app.pick_places import Options, places_for, settings_here, web_for
from wontload.app.pick_reading import Progress
from wontload.app.places import Place as Where
from wontload.errors import UnknownTarget, WontloadError
from wontload.knowledge.packages import normalised
from wontload.wheels.cache import Cache
from wontload.wheels.candidates import Candidate, Target, candidates_of
from wontload.wheels.index.gather import Asked, gather
from wontload.wheels.index.settings import Settings
from wontload.wheels.variants import with_properties
from wontload.wheels.versions import not_offered, of_versions
from wontload.wheels.web import Web

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, of which machine, and the means to find out."""

    project: str
    specifier: SpecifierSet
    place: Where
    options: Options
    pip: Settings
    uv: Settings
    web: Web
    cache: Cache

    @classmethod
    def of(cls, project: str, specifier: SpecifierSet, place: Where, options: Options, cache: Cache) -> Question:
        """With the settings of pip and uv at that place."""
        pip, uv = settings_here(place, options)
        web = web_for(pip, cache, options)
        return cls(
            project=project, specifier=specifier, place=place, options=options, pip=pip, uv=uv, web=web, cache=cache
        )


def offered(
    question: Question, progress: Progress
) -> tuple[tuple[Asked, ...], tuple[Candidate, ...], tuple[Candidate, ...]]:
    """What every place answered, the files that there are, and those of the versions that are wanted.

    Raises:
        UnknownTarget: no place offers such a project, or these versions. WontloadError: no place could be reached.
    """
    project, machine = question.project, question.place.machine
    places = places_for(project, machine, question.pip, question.uv, question.options)
    progress(f"asking {len(places)} places for {project}")
    asked = gather(project, places, question.web)
    candidates = with_properties(candidates_of(project, asked, Target(machine)), asked, question.web)
    if not candidates:
        raise _nothing(project, asked)
    if not (wanted := of_versions(candidates, question.specifier)):
        raise not_offered(project, question.specifier, candidates, asked)
    return asked, candidates, tuple(wanted)


def parsed(requirement: str) -> tuple[str, SpecifierSet]:
    """A normalised name and versions. Raises `UnknownTarget` for what is no requirement."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        parsed = Requirement(requirement)
    except InvalidRequirement as error:
        raise UnknownTarget(
            f"{requirement!r} is no distribution's name.", "Give one such as llama-cpp-python."
        ) from error
    return normalised(parsed.name), parsed.specifier


def _nothing(project: str, asked: Sequence[Asked]) -> WontloadError:
    failed = [one for one in asked if one.problem]
    if failed:
        return WontloadError(
            f"nothing of {project} was found: {failed[0].problem}", "Is there a network, and is the name right?"
        )
    return UnknownTarget(f"no index that was asked knows {project}.", "See --index-url and --find-links for others.")
