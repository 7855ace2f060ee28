"""WL102: a file is empty, truncated or corrupt."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.binary import Defect
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Finding
from wontload.diagnosis.refused import finding_of, refused


def damaged(case: Case) -> Iterator[Finding]:
    """The loader met a file that was a native library once, or has nothing in it.

    A file that never was one (a Git LFS pointer, a web page) is WL104.
    """
    for one in refused(case):
        if one.defect in (Defect.EMPTY, Defect.TRUNCATED, Defect.CORRUPT):
            yield finding_of(
                case,
                one,
                code="WL102",
                title=f"{one.name} is {_kind(one.defect)}",
                explanation="The loader found this file and could not take it. The download or the copy was probably "
                "cut short; installing the package again with pip's --no-cache-dir brings a whole one.",
            )


def _kind(defect: Defect) -> str:
    return {Defect.EMPTY: "empty", Defect.TRUNCATED: "cut off", Defect.CORRUPT: "corrupt"}[defect]
