"""Which distributions a wheel requires on a machine: its `Requires-Dist` with the markers evaluated for that Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from wontload.knowledge.meta_packages import installed_by_extras
from wontload.knowledge.packages import normalised
from wontload.knowledge.wheel_tags import platform_of
from wontload.machine import Machine
from wontload.machine.dist_info import is_of_an_extra
from wontload.machine.inventory import Distribution
from wontload.machine.inventory_parts import Unmet
from wontload.machine.markers import NAMES, marker_environment, platform_environment
from wontload.machine.survey.requirements import unmet
from wontload.wheels.wheel import Wheel, required_name

# Variables of markers that tell a platform, and what else a marker may ask for.
OF_PLATFORM = re.compile(r";.*\b(?:sys_platform|platform_system|os_name|platform_machine)\b")
EXTRA = re.compile(r"""\bextra\s*==\s*['"]([^'"]+)""")
MINORS = range(7, 16)
IMPLEMENTATIONS = [
    {"implementation_name": one.lower(), "platform_python_implementation": one} for one in ("CPython", "PyPy")
]

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet


def required_names(requirements: Iterable[str], machine: Machine) -> frozenset[str]:
    """Normalised names of what an installer would install with it; one whose marker cannot be read counts."""
    return frozenset(_names(requirements, machine))


def names_by_extra(requirements: Sequence[str], extras: Iterable[str], machine: Machine) -> dict[str, frozenset[str]]:
    """By extra, what an installer would install for it besides what it installs anyhow; none without anything."""
    always = required_names(requirements, machine)
    found = {extra: frozenset(_names(requirements, machine, extra)) - always for extra in extras}
    return {extra: names for extra, names in found.items() if names}


def declared(wheel: Wheel) -> tuple[str, ...]:
    """What a wheel declares to need, without what its markers ask for on other platforms than its tags': as it stands.

    What a marker asks besides, of Python or of an extra, counts as met.
    """
    platforms = [platform_of(tag) for tag in {one.platform for one in wheel.tags}]
    if any(one.system not in NAMES for one in platforms):
        return wheel.requires_dist
    places = [platform_environment(one.system, architecture) for one in platforms for architecture in one.architectures]
    return tuple(one for one in wheel.requires_dist if not OF_PLATFORM.search(one) or _is_met(one, places))


def _is_met(requirement: str, places: Iterable[Mapping[str, str]]) -> bool:
    from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        marker = Requirement(requirement).marker
        extras = ("", *EXTRA.findall(requirement))
        others = (
            {"python_version": f"3.{minor}", "python_full_version": f"3.{minor}.0", "extra": extra, **kind}
            for minor in MINORS
            for extra in extras
            for kind in IMPLEMENTATIONS
        )
        return marker is None or any(marker.evaluate({**place, **other}) for other in others for place in places)
    except (InvalidRequirement, UndefinedComparison, UndefinedEnvironmentName):
        return True


def declared_names(requirement: str) -> tuple[str, ...]:
    """The distribution that a requirement is of, and those that it installs by the extras of a meta-package.

    Args:
        requirement: as in `Requires-Dist`; its marker is not looked at. One that names nothing gives nothing.
    """
    name = required_name(requirement)
    return (name, *installed_by_extras(name, requirement)) if name else ()


class Here(NamedTuple):
    """What a machine has of a wheel's requirements, as far as it has native files.

    Attributes:
        stays: installed distributions that meet what is required. replaced: requirements that those here do not meet,
            so that an installer puts another version in their place.
    """

    stays: tuple[Distribution, ...]
    replaced: tuple[Unmet, ...]


def here(requirements: Sequence[str], machine: Machine) -> Here:
    """Of the distributions that a wheel requires those that are installed already, in a version that will do or not."""
    installed = {normalised(one.name): one for one in reversed(machine.inventory.distributions or ())}
    versions = {name: one.version for name, one in installed.items()}
    lacks = unmet(requirements, versions, marker_environment(machine))
    replaced = tuple(one for one in lacks if one.found)
    others = required_names(requirements, machine) - {normalised(one.name) for one in replaced}
    return Here(tuple(one for name, one in installed.items() if name in others), replaced)


def specifier_of(project: str, requirements: Iterable[str], *, extras: bool = False) -> SpecifierSet:
    """What a list of requirements asks of the version of a (normalised) project, all together; nothing: any.

    Args:
        extras: whether those count that an extra asks for, and no others.
    """
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.specifiers import SpecifierSet

    found = SpecifierSet()
    for text in requirements:
        try:
            one = Requirement(text)
        except InvalidRequirement:
            continue
        if normalised(one.name) == project and is_of_an_extra(text) == extras:
            found &= one.specifier
    return found


def _names(requirements: Iterable[str], machine: Machine, extra: str = "") -> Iterator[str]:
    from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
    from packaging.requirements import InvalidRequirement, Requirement

    environment = {**marker_environment(machine), "extra": extra}
    for text in requirements:
        try:
            one = Requirement(text)
            if one.marker is None or one.marker.evaluate(environment):
                yield from declared_names(text)
        except InvalidRequirement:
            continue
        except (UndefinedComparison, UndefinedEnvironmentName):
            yield from declared_names(text)
