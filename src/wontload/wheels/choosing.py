"""Which file pip or uv would really install: their own rules over the candidates, so that a command can be promised.

Sources: pip, `index/package_finder.py` (`CandidateEvaluator._sort_key`, `get_applicable_candidates`) and
`resolution/resolvelib/found_candidates.py` (of equals the last offered is taken); uv, "Package indexes" (the first
index that has the package), "Pre-release handling". tests/wheels/test_choosing.py asks both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wontload.wheels.candidates import Candidate
from wontload.wheels.index.settings import Settings, allows

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an installer is asked for: a (normalised) project, versions of it, and constraints that bind the choice."""

    project: str
    specifier: SpecifierSet


def chosen(candidates: Sequence[Candidate], request: Request, settings: Settings) -> Candidate | None:
    """The file that the installer of `settings` would take of these candidates; `None` for none.

    Args:
        candidates: of the places that this installer asks, in the order in which it asks them.
    """
    return (
        _chosen_by_uv(candidates, request, settings)
        if settings.installer == "uv"
        else _by_pip(candidates, request, settings)
    )


def applicable(candidates: Sequence[Candidate], request: Request, settings: Settings) -> list[Candidate]:
    """Candidates that may be taken at all, pre-releases only where they are wanted or there is nothing else."""
    wheels, sources = allows(settings, request.project)
    usable = [one for one in candidates if one.takes and (wheels if one.wheel else sources)]
    versions = {str(one.version): one.version for one in usable}
    allowed = request.specifier.filter(versions.values(), prereleases=True if settings.pre else None)
    kept = set(allowed)
    usable = [one for one in usable if one.version in kept]
    pinned = any(one.operator in ("==", "===") and not one.version.endswith(".*") for one in request.specifier)
    # PEP 592: a yanked file is taken only where the request pins its version, and nothing else fits.
    if any(one.link.yanked is None for one in usable) or not pinned:
        usable = [one for one in usable if one.link.yanked is None]
    return usable


def _by_pip(candidates: Sequence[Candidate], request: Request, settings: Settings) -> Candidate | None:
    def key(one: Candidate) -> tuple[object, ...]:
        binary = settings.prefer_binary and one.wheel
        rank = -one.tag_rank if one.tag_rank is not None else -(1 << 30)
        return (binary, one.version, rank, one.build)

    ordered = sorted(applicable(candidates, request, settings), key=key)
    return ordered[-1] if ordered else None


def _chosen_by_uv(candidates: Sequence[Candidate], request: Request, settings: Settings) -> Candidate | None:
    flat = [one for one in candidates if one.place.kind != "simple"]
    indexed = [one for one in candidates if one.place.kind == "simple"]
    if settings.first_index and indexed:
        indexed = [one for one in indexed if one.place == indexed[0].place]
    usable = applicable([*flat, *indexed], request, settings)
    places = {one.place: at for at, one in reversed(list(enumerate(usable)))}

    def key(one: Candidate) -> tuple[object, ...]:
        rank = -one.tag_rank if one.tag_rank is not None else -(1 << 30)
        return (one.version, one.wheel, rank, one.build, -places[one.place])

    return max(usable, key=key, default=None)
