"""A file that is not the one which was installed: another lies in its place."""

from __future__ import annotations

from wontload.diagnosis import records
from wontload.diagnosis.case import Case
from wontload.diagnosis.installed import is_altered
from wontload.diagnosis.record_evidence import install_again
from wontload.diagnosis.recorded_twice import twice, why_and_remedy
from wontload.diagnosis.records import Entry


def line_of(case: Case, path: str | None) -> Entry:
    """The line of a record which says that another file was installed there."""
    return next(one for one in records.of_file(case, path) if is_altered(case, one.file))


def said(case: Case, line: Entry) -> str:
    """That, as a clause without an end."""
    return f"{case.path_module.basename(line.file.path)} is not the file that {line.owner} installed"


def why(case: Case, line: Entry) -> str:
    """How that may have come, and the command that brings the right file again, in sentences."""
    if both := twice(case, line.distribution):
        return why_and_remedy(case, both)
    return (
        "The record that pip wrote gives another size: something has put another file in its place, or an update "
        f"stopped half-way. What brings the right one again: {install_again(case, line)}"
    )
