"""`one-owner`: of several distributions that write over one package, one stays: the others go, and it is made whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wontload.diagnosis.records import recorded
from wontload.diagnosis.words import listed
from wontload.knowledge.packages import normalised
from wontload.remedy.candidates.reinstall import may_replace, removal_of
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import Proof

if TYPE_CHECKING:
    from wontload.diagnosis import Diagnosis
    from wontload.machine.inventory import Distribution
    from wontload.remedy.candidates import Question

MOST_OWNERS = 6


def one_owner(question: Question) -> Iterator[Fix]:
    """One fix for each that could stay, the one that most other distributions ask for first."""
    owners = _owners(question)
    if not 1 < len(owners) <= MOST_OWNERS or not all(may_replace(question, one.name) for one in owners):
        return
    asked = {one.name: tuple(question.asking_for(one.name)) for one in owners}
    for order, stays in enumerate(sorted(owners, key=lambda one: -len(asked[one.name]))):
        others = [one for one in owners if one is not stays]
        users = dict.fromkeys(user for one in others for user in asked[one.name])
        names = listed([one.name for one in others])
        yield Fix(
            id=f"keep-{normalised(stays.name)}",
            kind="one-owner",
            title=f"remove {names}, and install {stays.name} {stays.version} again, whole",
            steps=tuple(removal_of(question, one) for one in others),
            change=Change(removed=tuple(file.path for one in others for file in one.files)),
            proof=Proof(before=(), after=()),
            requirements=(f"{stays.name}=={stays.version}",),
            download_bytes=None,
            minutes=None,
            reach=Reach.PACKAGE,
            caveat=f"{listed(tuple(users))} ask{'' if len(users) > 1 else 's'} for {names}" if users else "",
            order=order,
        )


def _owners(question: Question) -> list[Distribution]:
    """The distributions that write over each other, where that may have ended the import; each once."""
    case = question.case
    found = [one for one in question.diagnosis.findings if one.code == "WL502"]
    if not found or not _may_be_the_cause(question.diagnosis):
        return []
    paths = [one.data.get("path") for finding in found for one in finding.evidence if one.kind == "record"]
    lines = [line for path in paths if isinstance(path, str) for line in recorded(case).get(case.fold(path), ())]
    owners = {line.distribution.name: line.distribution for line in lines}
    return list(owners.values()) if all(one.record for one in owners.values()) else []


def _may_be_the_cause(diagnosis: Diagnosis) -> bool:
    """It explains the error, or files are gone that both list, or nothing that is known explains it."""
    explaining = {finding.code for finding in diagnosis.findings if finding.explains_error}
    return not explaining or not explaining.isdisjoint(("WL502", "WL504"))
