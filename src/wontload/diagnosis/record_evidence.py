"""What installation records say of a file, as evidence, and how its distribution is installed again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wontload.diagnosis.case import Case
from wontload.diagnosis.commands import installed_again
from wontload.diagnosis.finding import Evidence
from wontload.diagnosis.installed import disagrees, found_bytes, is_gone
from wontload.diagnosis.missing import Missing
from wontload.diagnosis.records import Entry, gone_for, of_file


def evidence_of(case: Case, path: str | None) -> Iterator[Evidence]:
    """What records say of a file, where the disk says otherwise."""
    for line in of_file(case, path):
        if disagrees(case, line.file):
            yield said(case, line)


def evidence_of_gone(case: Case, group: Iterable[Missing]) -> Iterator[Evidence]:
    """What records say of missing libraries that were installed with what needs them."""
    for one in group:
        for line in gone_for(case, one.module, one.file, one.module.needed_by)[:1]:
            yield from evidence_of(case, line.file.path)


def said(case: Case, line: Entry) -> Evidence:
    """What one line says of a file that is gone or altered."""
    text = f"the RECORD of {line.owner} lists {line.file.path}, and it is not there"
    if not is_gone(case, line.file):
        sizes = f"{line.file.size_bytes} bytes, and it has {found_bytes(case, line.file)}"
        text = f"the RECORD of {line.owner} says that {line.file.path} has {sizes}"
    return Evidence("record", text, {"path": line.file.path, "distribution": line.distribution.name})


def install_again(case: Case, line: Entry) -> str:
    """The command that brings a distribution's files again, between backticks."""
    of = line.distribution
    if of.installer == "conda":
        return f"`conda install --force-reinstall {of.name}`"
    return f"`{installed_again(case, of.name, of.version)}`"
