"""WL306: a library for musl on a system with glibc, or the reverse."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import blame, evidence
from wontload.diagnosis.c_library import OTHER, WHEEL_TAG, image_of, is_foreign, named_by, versions_of_glibc
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.sites import tags_of
from wontload.diagnosis.unbound import unbound_of
from wontload.diagnosis.words import listed, were
from wontload.loader import Module, Status


def other_c_library(case: Case) -> Iterator[Finding]:
    """A file needs the C library that this process does not have, or takes symbols that only that one has.

    A system's own glibc that is too old is WL302. An extension module that Python passes over because its name says
    `musl` is WL501.
    """
    other = OTHER.get(case.machine.system.libc)
    found = tuple(_found(case)) if other else ()
    for fatal in (True, False):
        group = [one for one in found if case.is_fatal(one[0]) is fatal]
        if group and other:
            yield _finding(case, group, other)


def _found(case: Case) -> Iterator[tuple[int, Module, str]]:
    """Load, module that failed, and path of the file that was built for the other C library."""
    for index, result in case.failed_results:
        for module in result.modules:
            if module.status in (Status.MISSING, Status.REFUSED) and is_foreign(case, module):
                yield index, module, module.needed_by or ""
    yield from ((one.load, one.module, one.module.path or "") for one in unbound_of(case) if one.code == "WL306")


def _finding(case: Case, group: list[tuple[int, Module, str]], other: str) -> Finding:
    own = case.machine.system.libc
    index, module, _ = group[0]
    paths = tuple(dict.fromkeys(path for _, _, path in group))
    names = tuple(dict.fromkeys(case.path_module.basename(path) for path in paths))
    chain = case.chain(index, module)
    return Finding(
        code="WL306",
        severity=Severity.ERROR if case.is_fatal(index) else Severity.WARNING,
        title=f"{listed(names)} {were(names)} built for {other}, and this Python runs on {own}",
        subject=names[0],
        also=names[1:],
        component=other,
        chain=chain if module.symbol else chain[:-1],
        evidence=(
            evidence.of_request(case, index),
            *evidence.of_observation(case, index),
            *(_how_known(case, path, other) for path in paths),
            *_tags(case, paths[0]),
        ),
        explanation=f"One process has one C library. Installing {other} here, or a link to {own} under its name, does "
        f"not help: the package's {WHEEL_TAG[own]} wheel, or a build on this system, is what fits.",
        explains_error=any(blame.explains(case, load, (one,)) for load, one, _ in group),
        load=index,
    )


def _how_known(case: Case, path: str, other: str) -> Evidence:
    image = image_of(case, path)
    needed = [one.library for one in image.needed if named_by(one.library) == other] if image else []
    versions = versions_of_glibc(image) if image else []
    what = f"needs {listed(needed)}" if needed else f"asks for {versions[0]}" if versions else f"is made for {other}"
    return Evidence("file", f"{path} {what}", {"path": path, "needed": needed})


def _tags(case: Case, path: str) -> Iterator[Evidence]:
    for tag in tags_of(case, path):
        yield Evidence("record", f"its wheel is tagged {tag}", {"tag": tag})
