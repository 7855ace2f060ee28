"""Taking the steps of a fix, and taking them back. What a step touches is in the journal before it is touched."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from wontload.remedy import file_steps, installing, removing, variables
from wontload.remedy.journal import Journal
from wontload.remedy.refused import StepFailed
from wontload.remedy.steps import (
    ByHand,
    InstallWheels,
    MoveFile,
    RemoveInstalled,
    ReplaceText,
    SetMode,
    SetVariable,
    Step,
    WriteFile,
)

Undo = Mapping[str, Any]


class Manner(NamedTuple):
    """How one kind of step is prepared (its undo), taken, and taken back (yielding what had to stay as it is)."""

    prepare: Callable[[Any, Journal], Undo]
    take: Callable[[Any], None]
    take_back: Callable[[Undo, Journal], Iterator[str]]


def _nothing(step: object, journal: Journal) -> Undo:
    return {"kind": "by hand"}


MANNERS: Mapping[type, Manner] = {
    WriteFile: Manner(file_steps.prepare_write, file_steps.write, file_steps.take_back_write),
    ReplaceText: Manner(file_steps.prepare_replace, file_steps.replace, file_steps.take_back_replace),
    MoveFile: Manner(file_steps.prepare_move, file_steps.move, file_steps.take_back_move),
    InstallWheels: Manner(installing.prepare, installing.install, installing.take_back),
    RemoveInstalled: Manner(removing.prepare, removing.remove, removing.take_back),
    SetVariable: Manner(variables.prepare, variables.set_variable, variables.take_back),
    SetMode: Manner(file_steps.prepare_mode, file_steps.set_mode, file_steps.take_back_mode),
    ByHand: Manner(_nothing, lambda step: None, lambda undo, journal: iter(())),
}
TAKE_BACK: Mapping[str, Callable[[Undo, Journal], Iterator[str]]] = {
    "created": file_steps.take_back_write,
    "replaced": file_steps.take_back_replace,
    "moved": file_steps.take_back_move,
    "installed": installing.take_back,
    "removed": removing.take_back,
    "variable": variables.take_back,
    "permitted": file_steps.take_back_mode,
    "by hand": lambda undo, journal: iter(()),
}


def take(steps: Sequence[Step], journal: Journal, *, progress: Callable[[Step], None] = lambda step: None) -> None:
    """Take steps one after another.

    Raises:
        Refused: a precondition does not hold. StepFailed: a step ended in an error. CannotWrite: no journal.
        What was done until then can be taken back with `take_back`.
    """
    for number, step in enumerate(steps):
        manner = MANNERS[type(step)]
        progress(step)
        try:
            journal.write("before", step=number, undo=manner.prepare(step, journal))
            manner.take(step)
        except OSError as error:
            where = error.filename or ""
            raise StepFailed(f"{error.strerror or error}: {os.fspath(where)}.") from error
        journal.write("after", step=number)


def take_back(journal: Journal) -> list[str]:
    """Take back every step that was begun, the last first; what had to be left as it is, in sentences.

    Raises:
        StepFailed: something may not be written; what was taken back until then is, and the rest can be tried again.
    """
    left: list[str] = []
    for event in journal.steps_to_take_back():
        undo = {**event["undo"], "taken": journal.was_taken(event["step"])}
        try:
            left += TAKE_BACK[undo["kind"]](undo, journal)
        except OSError as error:
            raise StepFailed(
                f"{error.strerror or error}: {error.filename or ''}.", f"`wontload undo {journal.identity}` goes on."
            ) from error
        journal.write("undone", step=event["step"])
    journal.write("end", how="undone")
    return left
