"""`variable`: a variable that names nothing is set to what is here, or taken away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wontload.diagnosis.places import expand
from wontload.knowledge.places import places
from wontload.loader import load
from wontload.machine import Kind, LoadRequest
from wontload.remedy.candidates.user_variables import Way, unset
from wontload.remedy.change import Change, changed_request
from wontload.remedy.expected import expected_loads, missing_directories
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import Proof, gets_further
from wontload.remedy.steps import SetVariable

if TYPE_CHECKING:
    from wontload.diagnosis import Case
    from wontload.remedy.candidates import Question

MOST_VALUES = 4


def stale_variable(question: Question) -> Iterator[Fix]:
    """For the variable that ended the import (WL208): each value with which the package's own code goes on."""
    case = question.case
    finding = next((one for one in question.diagnosis.findings if one.code == "WL208" and one.explains_error), None)
    name = finding.subject if finding is not None else ""
    if not name or not any(known.upper() == name.upper() for known in case.machine.environment):
        return
    for number, value in enumerate((*toolkit_homes(case, name), None)):
        change = Change(environment={name: value})
        proof = proof_of_variable(case, change)
        if proof.works is False and not gets_further(proof):
            continue
        way = unset(case, name) if value is None else Way(SetVariable(name=name, value=value))
        yield Fix(
            id=f"variable-{number + 1}" if value is not None else "unset-variable",
            kind="environment-variable",
            title=f"set {name} to {value}" if value is not None else f"unset {name}, which points at nothing",
            steps=(way.step,),
            change=change,
            proof=proof,
            rights=way.rights,
            reach=Reach.USER if way.rights == "none" else Reach.MACHINE,
            caveat="programs and consoles that run already keep the old value",
            needs_new_console=True,
        )


def toolkit_homes(case: Case, name: str) -> list[str]:
    """Directories that the variable could name: roots of toolkits of that kind that are here."""
    machine, kind = case.machine, name.lower().partition("_")[0]
    python = machine.python
    roots = [
        case.path_module.dirname(directory)
        for place in places(machine.system.name)
        if kind in place.what.lower() and "{env:" not in place.pattern
        for directory in expand(place.pattern, machine, python.path if python else ())
        if case.path_module.basename(directory).lower() in ("bin", "lib", "lib64")
        and machine.files.kind(directory) is Kind.DIRECTORY
    ]
    return list(dict.fromkeys(roots))[:MOST_VALUES]


def proof_of_variable(case: Case, change: Change) -> Proof:
    """What the package's recorded way of loading leads to with the variable changed."""
    process = case.start
    if process is None:
        return Proof(before=(), after=())
    bare = LoadRequest(kind="ctypes", name="", flags=0, process=process)
    environment = changed_request(case.machine, bare, change).process.environment
    if missing_directories(case, environment):
        return Proof(before=(), after=(), refused="a directory that the package adds would still not be there")
    after = tuple(load(case.machine, request) for request in expected_loads(case, environment))
    return Proof(before=(), after=after)
