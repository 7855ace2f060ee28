"""How the program itself added the directory of a copy, and why one load takes no notice of that."""

from __future__ import annotations

from enum import Enum

from wontload.diagnosis.case import Case
from wontload.diagnosis.copies import Copy


class Way(str, Enum):
    """What the program did; the value is part of a cause's key."""

    CALL = "by a call that this load does not heed"
    VARIABLE = "on a variable that this load does not heed"
    AFTER_START = "on a variable that is read when the process starts"
    TOO_LATE = "after this load"
    WITHDRAWN = "and taken away again before this load"


def how_added(case: Case, index: int, copy: Copy) -> Way | None:
    """How the program added the copy's directory, seen from one load; `None` when it did not."""
    directory = case.fold(case.path_module.dirname(copy.path))
    process = case.loads[index].request.process
    if directory in {case.fold(one.path) for one in process.added_directories}:
        return Way.CALL
    if directory in _put_on_variable(case, index):
        return Way.VARIABLE
    if directory in {case.fold(one) for one in case.late_entries}:
        return Way.TOO_LATE if case.windows else Way.AFTER_START
    return _at_another_time(case, index, directory)


def _at_another_time(case: Case, index: int, directory: str) -> Way | None:
    for other, load in enumerate(case.loads):
        added = {case.fold(one.path) for one in load.request.process.added_directories}
        if directory in added | _put_on_variable(case, other):
            return Way.WITHDRAWN if other < index else Way.TOO_LATE
    for unseen in case.observation.unseen_directories if case.observation else ():
        if case.fold(unseen.directory.path) == directory:
            return Way.WITHDRAWN if unseen.loads_before <= index else Way.TOO_LATE
    return None


def _put_on_variable(case: Case, index: int) -> frozenset[str]:
    """Directories (folded) that the search variable names at a load and did not name at the start."""
    if case.start is None:
        return frozenset()
    now = case.entries(case.loads[index].request.process.environment)
    before = {case.fold(one) for one in case.entries(case.start.environment)}
    return frozenset(case.fold(one) for one in now) - before


def why_ignored(case: Case, index: int, way: Way) -> str:
    """One sentence that follows on how the load searches."""
    if way is Way.AFTER_START:
        return "The loader reads LD_LIBRARY_PATH once, when the process starts: what the program adds comes too late."
    if way is Way.TOO_LATE:
        return "The program added the directory only after this load."
    if way is Way.WITHDRAWN:
        return "The program had added the directory before, and it counted no more when this load was made."
    if way is Way.VARIABLE:
        return "So a directory that the program puts on PATH helps only loads with winmode=0."
    if case.loads[index].request.flags == 0:
        return "So the directory that the program added helps only loads that do not pass winmode=0."
    return "The directory that the program added is not among them."
