"""`path-variable`: put the directories on PATH or LD_LIBRARY_PATH, for every program of this user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wontload.remedy.candidates.copies_here import directories_that_help
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.steps import SetVariable

if TYPE_CHECKING:
    from wontload.remedy.candidates import Question


def search_variable(question: Question) -> Iterator[Fix]:
    """Only where the load searches that variable at all: imports on Windows do not."""
    case = question.case
    found = directories_that_help(case, "search")
    if found is None or case.machine.system.name == "macos":
        return
    change, proof = found
    name, separator = case.search_variable, ";" if case.windows else ":"
    standing = case.machine.environment.get(name) or ""
    value = separator.join((*((standing,) if standing and not case.windows else ()), *change.search_last))
    yield Fix(
        id="path-variable",
        kind="environment-variable",
        title=f"put {', '.join(change.search_last)} on your {name}",
        steps=(SetVariable(name=name, value=value, extends=case.windows),),
        change=change,
        proof=proof,
        reach=Reach.USER,
        caveat="every program of yours searches it then; consoles must be opened anew",
        needs_new_console=True,
    )
