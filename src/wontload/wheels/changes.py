"""What would have to be different for a wheel to fit, where none does: the smallest changes first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wontload.machine import Machine
from wontload.wheels.candidates import Candidate, Target
from wontload.wheels.ranking import Ranked
from wontload.wheels.system_packages import system_package
from wontload.wheels.weighing import Standing

MOST = 3
CPYTHON = re.compile(r"cp3(\d{1,2})$")


def changes(candidates: Sequence[Candidate], ranked: Sequence[Ranked], target: Target) -> tuple[str, ...]:
    """Sentences, the smallest change first; none where nothing is known that would do."""
    lacking = any(one.appraisal.missing or one.appraisal.drivers for one in ranked if one.appraisal is not None)
    return (
        *_to_be_read(ranked),
        *_to_be_offered(ranked),
        *_of_the_system(ranked, target.machine),
        # Where a wheel for this Python lacks a library, one for another Python would lack it just so.
        *(() if lacking else _another_python(candidates, target)),
        *_a_source_build(candidates),
    )


def _of_the_system(ranked: Sequence[Ranked], machine: Machine) -> Iterator[str]:
    """What brings the libraries that the best judged wheel lacks, one a sentence with what would do in its place."""
    best = next((one.appraisal for one in ranked if one.appraisal is not None), None)
    if best is not None and best.unoffered:  # what those bring is not what a system would
        return
    for name in best.missing if best else ():
        known = [(one, system_package(one, machine)) for one in (name, *best.instead.get(name, ()))] if best else []
        said = [f"{one.package} brings {lib}: {one.command or one.where}" for lib, one in known if one is not None]
        if said:
            yield "; or ".join(said)


def _to_be_read(ranked: Sequence[Ranked]) -> Iterator[str]:
    for one in ranked:
        if one.appraisal is not None and one.appraisal.standing is Standing.UNDETERMINED and one.appraisal.unread_bytes:
            size = max(1, one.appraisal.unread_bytes >> 20)
            yield f"--read-all reads {size} MB more of {one.candidate.link.filename}, which may decide."
            return


def _to_be_offered(ranked: Sequence[Ranked]) -> Iterator[str]:
    for one in ranked[:1]:
        for name in one.appraisal.unoffered if one.appraisal else ():
            file = one.candidate.link.filename
            yield f"A place that offers {name}, which {file} requires: --index-url or --find-links."


def _another_python(candidates: Sequence[Candidate], target: Target) -> Iterator[str]:
    """The Pythons nearest to the one at hand for which there are wheels of this platform."""
    by_minor: dict[int, Candidate] = {}
    for one in candidates:
        if one.takes or not one.wheel or not target.fits_platform(one.tags):
            continue
        for tag in one.tags:
            if (match := CPYTHON.match(tag.interpreter)) and tag.abi.startswith("cp"):
                best = by_minor.get(int(match[1]))
                if best is None or one.version > best.version:
                    by_minor[int(match[1])] = one
    here = target.minor
    nearest = sorted(by_minor, key=lambda minor: (abs(minor - here), -minor)) if here is not None else []
    for minor in nearest[:MOST]:
        one = by_minor[minor]
        yield f"CPython 3.{minor}: {one.link.filename} is for it (its files were not read)."


def _a_source_build(candidates: Sequence[Candidate]) -> Iterator[str]:
    sources = [one for one in candidates if one.takes and not one.wheel and one.link.yanked is None]
    if sources:
        newest = max(sources, key=lambda one: (not one.version.is_prerelease, one.version))
        yield f"A build from source: {newest.link.filename} takes a compiler and what the project asks for."
