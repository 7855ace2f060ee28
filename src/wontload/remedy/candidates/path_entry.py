"""`python-path`, `path-file`, `safe-path`: the entry of `sys.path` that brings another copy first is taken away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from wontload.diagnosis.path_entries import (
    VARIABLE,
    By,
    Entry,
    entry_of,
    has_safe_path,
    import_elsewhere,
    others_in,
    without,
)
from wontload.diagnosis.shadow import Shadow, hidden_loads, shadow
from wontload.diagnosis.shadowed_dependency import shadowed_dependencies
from wontload.diagnosis.words import are, listed
from wontload.remedy.candidates.user_variables import Way, unset
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import Proof
from wontload.remedy.steps import ByHand, ReplaceText, SetVariable

if TYPE_CHECKING:
    from wontload.remedy.candidates import Question


def path_entry(question: Question) -> Iterator[Fix]:
    """For WL503, by what puts the directory there: PYTHONPATH, a `.pth` file, or that Python was started in it."""
    case = question.case
    told = [one for one in question.diagnosis.findings if one.code == "WL503"]
    for found in (shadow(case), *shadowed_dependencies(case)):
        if found is not None and any(one.subject == found.taken for one in told):
            yield from _of(question, found)
            return  # one entry at a time: what is behind the next one is seen then


def _of(question: Question, found: Shadow) -> Iterator[Fix]:
    case = question.case
    entry = entry_of(case, case.path_module.dirname(found.taken))
    if entry is not None and entry.by is By.VARIABLE:
        yield _of_variable(question, entry, found)
    elif entry is not None and entry.line is not None:
        yield from _of_path_file(question, entry, found)
    elif entry is not None and entry.by is By.CURRENT_DIRECTORY and has_safe_path(case):
        yield _of_current_directory(question, found)


def _of_variable(question: Question, entry: Entry, found: Shadow) -> Fix:
    rest = without(question.case, entry.directory)
    way = Way(SetVariable(name=VARIABLE, value=rest)) if rest is not None else unset(question.case, VARIABLE)
    return Fix(
        id="python-path",
        kind="environment-variable",
        title=f"take {entry.directory} out of {VARIABLE}: it comes before the installed {found.name}",
        steps=(way.step,),
        change=Change(environment={VARIABLE: rest}),
        proof=behind(question, found),
        rights=way.rights,
        reach=Reach.USER if way.rights == "none" else Reach.MACHINE,
        caveat=_what_else(
            question, entry, found.name, "; consoles must be opened anew, and scripts that set it are not touched"
        ),
        needs_new_console=True,
    )


def _of_path_file(question: Question, entry: Entry, found: Shadow) -> Iterator[Fix]:
    assert entry.line is not None
    content = question.source(entry.line.file)
    line = entry.line.line
    if content is None or content.count(line.encode("utf-8", "surrogateescape")) != 1:
        return
    yield Fix(
        id="path-file",
        kind="path-entry",
        title=f"take {entry.directory} out of {entry.line.file}: it comes before the installed {found.name}",
        steps=(
            ReplaceText(
                path=entry.line.file, sha256=hashlib.sha256(content).hexdigest(), before=line, after=f"# {line}"
            ),
        ),
        change=Change(),
        proof=behind(question, found),
        reach=Reach.ENVIRONMENT,
        caveat=_what_else(question, entry, found.name, ""),
    )


def _of_current_directory(question: Question, found: Shadow) -> Fix:
    """Nothing is changed: the person starts Python otherwise, which is tried with the variable that says the same."""
    return Fix(
        id="safe-path",
        kind="path-entry",
        title="start Python in another directory, or with -P, which keeps the current one off sys.path",
        steps=(ByHand(text="Start it in another directory; or so:", command=import_elsewhere(question.case)),),
        change=Change(environment={"PYTHONSAFEPATH": "1"}),
        proof=behind(question, found),
        reach=Reach.PACKAGE,
        caveat=f"{found.taken} stays, and comes first again where Python is started in its directory",
    )


def behind(question: Question, found: Shadow) -> Proof:
    """What ended the import of the shadow, in the installed package's own files."""
    pairs = hidden_loads(question.case, found)
    before = tuple(before for before, _ in pairs if before is not None)
    return Proof(before=before, after=tuple(after for _, after in pairs))


def _what_else(question: Question, entry: Entry, but: str, rest: str) -> str:
    """What is imported from that directory besides `but`."""
    others = tuple(others_in(question.case, entry.directory, but))
    return (f"{listed(others)} {are(others)} not found there any more" if others else "nothing else lies there") + rest
