"""An import that ends because of a package that it needs, in words that do not tell why: that package is asked itself.

Compiled code often puts an error of its own in the place of the one that it met: `numpy._core.multiarray failed to
import` is all that is left of whatever numpy's import said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from wontload.diagnosis import Diagnosis
from wontload.diagnosis.shadowed_dependency import named

MOST = 2  # packages that are asked about one failure
DEEPEST = 3  # of those that hand an error on, one to the next

Ask = Callable[[str], Diagnosis | None]


def with_cause_in_dependency(diagnosis: Diagnosis, ask: Ask, passed: tuple[str, ...] = ()) -> Diagnosis:
    """The diagnosis; where nothing explains it, that of the dependency which the error names and which fails as well.

    Args:
        ask: the diagnosis of a package by itself; `None` where it is not installed, or was not asked.
        passed: the packages that led here: none is asked twice.
    """
    if not _is_open(diagnosis) or len(passed) == DEEPEST:
        return diagnosis
    passed = (*passed, diagnosis.target.partition(".")[0])
    for name in _suspects(diagnosis, passed):
        found = ask(name)
        if found is None:
            continue
        found = with_cause_in_dependency(found, ask, passed)
        if found.verdict == "fails" and not _is_open(found):
            return _of(diagnosis, found, name)
    return diagnosis


def _is_open(diagnosis: Diagnosis) -> bool:
    return diagnosis.verdict == "fails" and not any(one.explains_error for one in diagnosis.findings)


def _suspects(diagnosis: Diagnosis, passed: tuple[str, ...]) -> Iterator[str]:
    """Packages whose import failed on the way, and of which the error speaks."""
    observation = diagnosis.case.observation if diagnosis.case else None
    tops = dict.fromkeys(name.partition(".")[0] for name in (observation.missed if observation else ()))
    found = [name for name in tops if name not in passed and named(diagnosis.error, name)]
    yield from found[:MOST]


def _of(diagnosis: Diagnosis, found: Diagnosis, name: str) -> Diagnosis:
    """What was found of the dependency, as the answer about the target: the loads and the case are the dependency's."""
    note = f"{name}, which {diagnosis.target} imports, does not load by itself either"
    note += "." if found.imported else f"; what is told here is about {name}."
    return replace(
        found,
        target=diagnosis.target,
        error=diagnosis.error,
        findings=tuple(replace(one, chain=(diagnosis.target, *one.chain)) for one in found.findings),
        notes=(*diagnosis.notes, note, *found.notes),
        import_s=diagnosis.import_s,
        own=diagnosis.asked,
        imported=(*found.asked, *found.imported),
    )
