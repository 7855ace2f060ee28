"""Versions that were asked for and that nobody offers: not to be told as files that do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wontload.errors import UnknownTarget, WontloadError
from wontload.wheels.candidates import Candidate
from wontload.wheels.index.gather import Asked

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet


def of_versions(candidates: Sequence[Candidate], specifier: SpecifierSet) -> tuple[Candidate, ...]:
    """Those of the versions that were asked for, whether or not they fit this Python."""
    return tuple(one for one in candidates if specifier.contains(one.version, prereleases=True))


def not_offered(
    project: str, specifier: SpecifierSet, candidates: Sequence[Candidate], asked: Sequence[Asked]
) -> WontloadError:
    """The error for a project that is offered, but not in these versions; the newest that fits here is named.

    Where a place could not be reached, it may have them: the tool could not do its work.
    """
    stable = [one for one in candidates if not one.version.is_prerelease and one.link.yanked is None]
    fitting = [one for one in stable if one.takes]
    newest = max(fitting or stable or candidates, key=lambda one: one.version).version
    here = " that fits this Python" if fitting else ""
    wanted = f"{project}{specifier}"
    next_step = f"The newest{here} is {newest}: `wontload pick {project}=={newest}` names the command that installs it."
    if failed := [one for one in asked if one.problem]:
        return WontloadError(f"no place that answered offers {wanted}, and not all did: {failed[0].problem}", next_step)
    return UnknownTarget(f"there is no {wanted} in any place that was asked.", next_step)
