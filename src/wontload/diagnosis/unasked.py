"""Files of the target's own package that an import which succeeded did not ask for: damaged, or of another machine.

One that is gone may have been left out on purpose, as slim images do, or found elsewhere: of that nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from wontload.binary import Defect, MalformedImage
from wontload.diagnosis import records
from wontload.diagnosis.case import Case
from wontload.diagnosis.installed import own_distributions
from wontload.diagnosis.records import Entry
from wontload.diagnosis.shadow import shadow
from wontload.machine import Kind, NotKnown, Outcome

DAMAGED = (Defect.EMPTY, Defect.TRUNCATED, Defect.CORRUPT)
MOST_READ = 64  # of files whose size agrees: a whole wheel of another machine has many, and its RECORD is right


def succeeded_with_less(case: Case) -> bool:
    """Whether an import of the package itself succeeded: of any other, other findings speak."""
    return case.outcome is Outcome.LOADS and case.kind == "import" and shadow(case) is None


def unasked(case: Case) -> Iterator[Entry]:
    """Lines of RECORD about such files, in its order.

    A file is read only where its size is not the recorded one: stripping, signing and setting a RUNPATH change a size,
    too, and leave a file that can be read. conda changes files after their RECORD was written. A file
    that several distributions list is WL502's, one that a load met is WL102's.
    """
    met = _met(case)
    for one in own_distributions(case):
        for file in one.files if one.installer != "conda" else ():
            lines = records.of_file(case, file.path)
            if len(lines) == 1 and case.fold(file.path) not in met and is_damaged(case, lines[0]):
                yield lines[0]


def of_another_machine(case: Case) -> Iterator[tuple[Entry, str]]:
    """Extension modules whose names are this Python's and whose code is not, with the machine that it is for.

    Of other libraries a package may well bring some for several machines.
    """
    python = case.machine.python
    suffixes = tuple(one for one in (python.extension_suffixes if python else ()) if one.count(".") > 1)
    met = _met(case)
    own = [(one, file) for one in own_distributions(case) for file in one.files if file.path.endswith(suffixes)]
    unmet = [Entry(one, file) for one, file in own if case.fold(file.path) not in met]
    for entry in unmet[:MOST_READ]:
        copy = case.copies.at(entry.file.path)
        if copy.architecture and not copy.fits and copy.defect is None:
            yield entry, copy.architecture


def _met(case: Case) -> set[str]:
    """Files, folded, that some load asked for or came to."""
    simulated = [load.simulated for load in case.loads if load.simulated]
    met = {case.fold(module.path) for result in simulated for module in result.modules if module.path}
    return met | {case.fold(load.request.name) for load in case.loads}


def is_damaged(case: Case, line: Entry) -> bool:
    """Whether the file has another size than was recorded and is no whole native file any more."""
    file = line.file
    if case.machine.files.kind(file.path) is not Kind.FILE:
        return False
    if file.size_bytes is None or file.found_bytes in (None, file.size_bytes):
        return False
    try:
        case.machine.files.image(file.path)
    except MalformedImage as error:
        return error.defect in DAMAGED
    except (NotKnown, LookupError):
        return False
    return False
