"""WL102: a file is empty, truncated or corrupt."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.binary import Defect
from wontload.diagnosis import records
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Finding
from wontload.diagnosis.led_to import led_by_variable
from wontload.diagnosis.record_evidence import install_again
from wontload.diagnosis.refused import Refused, finding_of, refused
from wontload.diagnosis.sites import package_of


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
                explanation=f"The loader found this file and could not take it. {_remedy(case, one)}",
            )


def _remedy(case: Case, one: Refused) -> str:
    """By whose file it is: a package's own, another's that a variable led to, or nobody's that is known."""
    directory, variable = case.path_module.dirname(one.path), case.search_variable
    if led_by_variable(case, one.load, one.path, one.module.rule):
        return (
            f"It is none of the package's: {variable} names {directory}, which comes first. Take {directory} out of "
            f"{variable}, or remove this file; installing the package again changes nothing."
        )
    cut = "The download or the copy was probably cut short; "
    if lines := records.of_file(case, one.path):
        return f"{cut}what brings a whole one: {install_again(case, lines[0])}"
    if package_of(case, one.path) is not None:
        return f"{cut}installing the package again with pip's --no-cache-dir brings a whole one."
    return f"{cut}no installed package is known to have brought it: bring a whole one from where it came."


def _kind(defect: Defect) -> str:
    return {Defect.EMPTY: "empty", Defect.TRUNCATED: "cut off", Defect.CORRUPT: "corrupt"}[defect]
