"""WL101: the file asked for is not there."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import blame, evidence
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.missing import is_path
from wontload.diagnosis.rules.wl504_incomplete import absent_and_recorded
from wontload.diagnosis.words import are, listed
from wontload.loader import Module, Status
from wontload.machine import Kind


def absent(case: Case) -> Iterator[Finding]:
    """A load was asked for by path, and nothing is at that path.

    A bare name that no search finds is WL201 or WL202. A file that is there and lacks a dependency, which Windows
    reports with the very same words, is WL2xx. One that the package's record lists is WL504. Paths that one line of
    Python tries in turn are one finding; a path that the same program then asks for by its bare name is not the cause.
    """
    groups: dict[object, list[tuple[int, Module]]] = {}
    for index, result in case.failed_results:
        first = result.modules[0]
        if (
            _is_absent(first)
            and absent_and_recorded(case, first) is None
            and not _found_another_way(case, index, first.name)
        ):
            request = case.loads[index].request
            line = (request.file, request.line) if request.file else index
            groups.setdefault((case.is_fatal(index), line), []).append((index, first))
    for group in groups.values():
        yield _finding(case, group)


def _is_absent(first: Module) -> bool:
    """Whether a path was asked for and no file was there, which is not the same as none that would do."""
    outcomes = {tried.outcome for tried in first.tried}
    return first.status is Status.MISSING and is_path(first.name) and outcomes == {"absent"}


def _finding(case: Case, group: list[tuple[int, Module]]) -> Finding:
    index, first = group[0]
    names = tuple(dict.fromkeys(case.path_module.basename(module.name) for _, module in group))
    others = [copy for name in names for copy in case.copies.named(name) if copy.fits]
    searched = any(tried.rule != "explicit_path" for _, module in group for tried in module.tried)
    return Finding(
        code="WL101",
        severity=Severity.ERROR if case.is_fatal(index) else Severity.WARNING,
        title=f"{listed(names)} {are(names)} not where {'it was' if len(names) == 1 else 'they were'} asked for",
        subject=names[0],
        also=names[1:],
        chain=case.chain(index, first),
        evidence=(
            evidence.of_request(case, index),
            *evidence.of_observation(case, index),
            *(_fact(case, tried.path) for _, module in group for tried in module.tried),
            *evidence.of_copies(case, others),
        ),
        explanation="The relative path was joined to each directory of the search order, and no file was there."
        if searched
        else "The path was handed to the loader as it is, so nothing was searched: the file is absent.",
        explains_error=any(blame.explains(case, one, (module,)) for one, module in group),
        load=index,
    )


def _fact(case: Case, path: str) -> Evidence:
    """What is at a path where no file is."""
    directory, name = case.path_module.split(path)
    kind = case.machine.files.kind(directory)
    if name in (case.machine.files.listing(directory) or ()):
        return Evidence("file", f"{path} is a link that leads nowhere", {"path": path})
    where = {
        Kind.DIRECTORY: "; its directory has no such file",
        Kind.ABSENT: f"; the directory {directory} does not exist either",
    }.get(kind, "")
    return Evidence("file", f"{path} does not exist{where}", {"path": path})


def _found_another_way(case: Case, index: int, path: str) -> bool:
    """Whether this was one attempt of several: the same line then loaded something, or asks for the bare name too."""
    request, name = case.loads[index].request, case.path_module.basename(path)
    for other, load in enumerate(case.loads):
        same_line = request.file is not None and (load.request.file, load.request.line) == (request.file, request.line)
        if same_line and other > index and load.observed is not None and load.observed.succeeded:
            return True
        if load.request.name == name and case.load_failed(other):
            return True
    return False
