"""`search-entry`: the directory with the wrong copy is taken out of PATH or LD_LIBRARY_PATH, which named it first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wontload.diagnosis.led_to import led_by_variable
from wontload.diagnosis.words import listed
from wontload.loader import Status
from wontload.machine.survey.distributions import NATIVE_ENDING
from wontload.remedy.candidates.user_variables import without_directory
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import gets_further, prove

if TYPE_CHECKING:
    from wontload.diagnosis import Case, Finding
    from wontload.remedy.candidates import Question


def search_entry(question: Question) -> Iterator[Fix]:
    """For a file that is blamed and that the search variable led to, where without its directory all loads."""
    case = question.case
    found = {
        case.path_module.dirname(path): finding
        for finding in question.diagnosis.findings
        if finding.explains_error
        for path in _led_to(case, finding)
    }
    for directory, finding in found.items():
        change = Change(search_without=(directory,))
        proof = prove(case, change)
        if not (proof.works or gets_further(proof)):
            continue
        way = without_directory(case, directory)
        yield Fix(
            id="search-entry",
            kind="environment-variable",
            title=f"take {directory} out of {case.search_variable}: its {finding.subject} wins over one that would do",
            steps=(way.step,),
            change=change,
            proof=proof,
            rights=way.rights,
            reach=Reach.MACHINE if way.rights != "none" else Reach.USER,
            caveat=_what_else(case, directory, finding.subject),
            needs_new_console=True,
        )


def _led_to(case: Case, finding: Finding) -> Iterator[str]:
    """Files that the finding blames, where the variable led to them."""
    for one in finding.evidence:
        path, rule = one.data.get("path"), one.data.get("rule", "")
        if one.kind == "file" and isinstance(path, str) and led_by_variable(case, finding.load, path, rule):
            yield path


def _what_else(case: Case, directory: str, but: str) -> str:
    """What the directory serves besides: what this import takes from it, and the other libraries in it."""
    used = sorted(_taken_from(case, directory) - {but})
    names = [one for one in case.machine.files.listing(directory) or () if NATIVE_ENDING.search(one.encode())]
    others = [one for one in sorted(names) if one not in used and one != but]
    said = []
    if used:
        said.append(f"this import takes {listed(used)} from it, and would do without")
    if others:
        said.append(f"other programs may take {listed(others)} from it")
    return "; ".join((*said, "consoles must be opened anew"))


def _taken_from(case: Case, directory: str) -> set[str]:
    wanted = case.fold(directory)
    modules = (one for each in case.loads if each.simulated for one in each.simulated.modules)
    return {
        case.path_module.basename(one.path)
        for one in modules
        if one.path and one.status is Status.LOADED and case.fold(case.path_module.dirname(one.path)) == wanted
    }
