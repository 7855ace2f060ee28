"""Files of the target's own package that are damaged, and that an import which succeeded did not ask for.

One that is gone may have been left out on purpose, as slim images do, or found elsewhere: of that nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from wontload.binary import Defect, MalformedImage
from wontload.diagnosis import records
from wontload.diagnosis.case import Case
from wontload.diagnosis.installed import own_distributions
from wontload.diagnosis.records import Entry
from wontload.machine import Kind, NotKnown

DAMAGED = (Defect.EMPTY, Defect.TRUNCATED, Defect.CORRUPT)


def unasked(case: Case) -> Iterator[Entry]:
    """Lines of RECORD about such files, in its order.

    A file is read only where its size is not the recorded one: stripping, signing and setting a RUNPATH change a size,
    too, and leave a file that can be read. conda changes files after their RECORD was written. A file
    that several distributions list is WL502's, one that a load met is WL102's.
    """
    met = {
        case.fold(module.path)
        for load in case.loads
        if load.simulated
        for module in load.simulated.modules
        if module.path
    }
    met |= {case.fold(load.request.name) for load in case.loads}
    for one in own_distributions(case):
        for file in one.files if one.installer != "conda" else ():
            lines = records.of_file(case, file.path)
            if len(lines) == 1 and case.fold(file.path) not in met and is_damaged(case, lines[0]):
                yield lines[0]


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
