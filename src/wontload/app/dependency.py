"""An import that ends because of a package that it needs, in words that do not tell why: that package is asked itself.

Compiled code often puts an error of its own in the place of the one that it met: `numpy._core.multiarray failed to
import` is all that is left of whatever numpy's import said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from wontload.diagnosis import Diagnosis
from wontload.diagnosis.shadowed_dependency import named

MOST = 2  # dependencies that are imported by themselves


def with_cause_in_dependency(diagnosis: Diagnosis, ask: Callable[[str], Diagnosis | None]) -> Diagnosis:
    """The diagnosis; where nothing explains it, that of the dependency which the error names and which fails as well.

    Args:
        ask: the diagnosis of a package by itself; `None` where it is not installed.
    """
    if diagnosis.verdict != "fails" or any(one.explains_error for one in diagnosis.findings):
        return diagnosis
    for name in _suspects(diagnosis):
        found = ask(name)
        if found is not None and found.verdict == "fails" and any(one.explains_error for one in found.findings):
            return _of(diagnosis, found, name)
    return diagnosis


def _suspects(diagnosis: Diagnosis) -> Iterator[str]:
    """Packages whose import failed on the way, and of which the error speaks."""
    observation, own = diagnosis.case.observation if diagnosis.case else None, diagnosis.target.partition(".")[0]
    tops = dict.fromkeys(name.partition(".")[0] for name in (observation.missed if observation else ()))
    found = [name for name in tops if name != own and named(diagnosis.error, name)]
    yield from found[:MOST]


def _of(diagnosis: Diagnosis, found: Diagnosis, name: str) -> Diagnosis:
    """What was found of the dependency, as the answer about the target: the loads and the case are the dependency's."""
    note = (
        f"{name}, which {diagnosis.target} imports, does not load by itself either; what is told here is about {name}."
    )
    findings = tuple(replace(one, chain=(diagnosis.target, *one.chain)) for one in found.findings)
    return replace(
        found,
        target=diagnosis.target,
        error=diagnosis.error,
        findings=findings,
        notes=(*diagnosis.notes, note),
        import_s=diagnosis.import_s,
    )
