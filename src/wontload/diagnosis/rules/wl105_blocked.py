"""WL105: the file is there and may not be read."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.binary import Defect
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Finding
from wontload.diagnosis.refused import finding_of, refused

ERROR_ACCESS_DENIED = 5


def blocked(case: Case) -> Iterator[Finding]:
    """The loader met a file that the system will not let this user read or map."""
    for one in refused(case):
        if one.defect is Defect.UNREADABLE or one.denied:
            listing = case.machine.files.listing(case.path_module.dirname(one.path)) or ()
            there = case.fold(one.name) in map(case.fold, listing)
            yield finding_of(
                case,
                one,
                code="WL105",
                title=f"{one.name} is there, and the system does not let this user read it"
                if there
                else f"the system does not let this user look at {one.name}, or into its directory",
                explanation="Its permissions, a policy or an antivirus program stand between the loader and the file.",
            )
