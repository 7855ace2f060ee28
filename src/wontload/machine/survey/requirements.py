"""Which requirements nothing installed meets: what `pip check` would say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from wontload.knowledge.packages import normalised
from wontload.machine.dist_info import is_of_an_extra
from wontload.machine.inventory_parts import Unmet

if TYPE_CHECKING:
    from packaging.requirements import Requirement

MOST = 64  # of one distribution


def unmet(
    requirements: Iterable[str], versions: Mapping[str, str], environment: Mapping[str, str]
) -> tuple[Unmet, ...]:
    """Those of one distribution that apply to an environment; what an extra asks for, nobody has asked for.

    Args:
        requirements: as in `Requires-Dist`. versions: of all that are installed, by normalised name.
        environment: the variables of markers, see `wontload.machine.markers`.
    """
    found = (_unmet(one, versions) for one in _applying(requirements, environment))
    return tuple(one for one in found if one is not None)[:MOST]


def _applying(requirements: Iterable[str], environment: Mapping[str, str]) -> Iterator[Requirement]:
    from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
    from packaging.requirements import InvalidRequirement, Requirement

    for line in requirements:
        if is_of_an_extra(line):
            continue
        try:
            one = Requirement(line)
            if one.url is None and (one.marker is None or one.marker.evaluate(dict(environment))):
                yield one
        except (InvalidRequirement, UndefinedComparison, UndefinedEnvironmentName):
            continue  # nobody can say what it asks for, so that nothing is amiss


def _unmet(one: Requirement, versions: Mapping[str, str]) -> Unmet | None:
    from packaging.version import InvalidVersion, Version

    found = versions.get(normalised(one.name))
    try:
        if found is not None and one.specifier.contains(Version(found), prereleases=True):
            return None
    except InvalidVersion:
        return None
    return Unmet(name=one.name, versions=str(one.specifier), found=found or "")
