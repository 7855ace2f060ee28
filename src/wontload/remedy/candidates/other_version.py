"""`other-version`: a package, here in a version that another one does not go with, in one that this requires.

As numpy 1 for what was built for it. Not for packages that are published in several builds, such as PyTorch: which
build, and what that needs besides, `wontload pick` answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wontload.knowledge.indexes import indexes_of
from wontload.remedy.candidates.by_manager import of_manager
from wontload.remedy.candidates.reinstall import may_replace
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import Proof

if TYPE_CHECKING:
    from wontload.diagnosis import Evidence
    from wontload.remedy.candidates import Question


def other_version(question: Question) -> Iterator[Fix]:
    """One for each requirement of the kind that a finding gives as evidence and that explains how the import ended."""
    if not question.environment.installer:
        return
    unmet = [
        one
        for finding in question.diagnosis.findings
        if finding.explains_error and finding.code == "WL304"
        for one in finding.evidence
        if one.kind == "requires" and one.data["found"]
    ]
    for order, one in enumerate({one.data["requires"]: one for one in unmet}.values()):
        name = str(one.data["requires"])
        if not indexes_of(name) and may_replace(question, name):
            yield _fix(question, one, name, order)


def _fix(question: Question, told: Evidence, name: str, order: int) -> Fix:
    wanted = f"{name}{told.data['versions']}"
    number = f"-{order + 1}" if order else ""
    return Fix(
        id=f"other-version{number}",
        kind="other-version",
        title=f"install {wanted}, which {told.data['distribution']} requires, in place of {told.data['found']}",
        steps=(),
        change=Change(),
        proof=Proof(before=(), after=()),
        requirements=(wanted,),
        download_bytes=None,
        minutes=None,
        reach=Reach.ENVIRONMENT,
        caveat=_caveat(question, told, name),
        order=order,
    )


def _caveat(question: Question, told: Evidence, name: str) -> str:
    others = sorted({one for one in question.asking_for(name) if one != told.data["distribution"]})
    shown = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
    users = f"{shown} {'use' if len(others) > 1 else 'uses'} {name}, too" if others else ""
    return "; ".join(filter(None, (users, of_manager(question.environment))))
