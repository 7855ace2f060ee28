"""`set-aside`: a copy that wins and is the wrong one, or a folder that shadows the package, gets another name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from wontload.diagnosis import Finding
from wontload.diagnosis.shadow import shadow
from wontload.diagnosis.shadowed_dependency import shadowed_dependencies
from wontload.remedy.candidates.path_entry import behind
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import Proof, gets_further, prove
from wontload.remedy.steps import ByHand, MoveFile, Step

if TYPE_CHECKING:
    from wontload.remedy.candidates import Question

SUFFIX = ".aside-by-wontload"


def set_aside(question: Question) -> Iterator[Fix]:
    """For WL206 and WL205 the copy that the loader takes or meets; for WL503 the folder that is imported instead."""
    for finding in question.diagnosis.findings:
        if not finding.explains_error:
            continue
        if finding.code == "WL503":
            fix = _fix(question, finding.subject, _proof(question, finding), "it is imported in the package's place")
            yield replace(fix, takes_yours=fix.reach is not Reach.ENVIRONMENT)
        for path in _in_the_way(finding):
            proof = prove(question.case, Change(removed=(path,)))
            if proof.works or gets_further(proof):
                why = f"it wins over the {finding.subject} that would do"
                if not proof.works:
                    why = f"it is the {finding.subject} that is taken, and it does not do"
                yield _fix(question, path, proof, why)


def _proof(question: Question, finding: Finding) -> Proof:
    """What the installed package would come to, as for the entry of `sys.path` that leads past it."""
    shadows = (shadow(question.case), *shadowed_dependencies(question.case))
    found = next((one for one in shadows if one is not None and one.taken == finding.subject), None)
    return behind(question, found) if found else Proof(before=(), after=())


def _in_the_way(finding: Finding) -> Iterator[str]:
    kind = {"WL206": "file", "WL205": "unfit"}.get(finding.code)
    for one in finding.evidence:
        path = one.data.get("path")
        if one.kind == kind and isinstance(path, str):
            yield path


def _fix(question: Question, path: str, proof: Proof, why: str) -> Fix:
    case = question.case
    windows_own = case.windows and case.fold(path).startswith(case.fold(case.machine.system.windows_directory))
    ours = not windows_own and case.fold(path).startswith(case.fold(question.environment.prefix or "\0"))
    step: Step = MoveFile(path=path, to=path + SUFFIX)
    if windows_own:
        step = ByHand(text=f"{path} belongs to the system: update or remove the program that put it there.")
    return Fix(
        id="set-aside",
        kind="set-aside",
        title=f"rename {path}: {why}",
        steps=(step,),
        change=Change(removed=(path,)),
        proof=proof,
        rights="administrator" if windows_own else "none",
        reach=Reach.ENVIRONMENT if ours else Reach.MACHINE if windows_own else Reach.USER,
        caveat="" if ours else "other programs may use it",
    )
