"""WL101: the file asked for is not there."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import evidence
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.words import are, listed
from wontload.loader import Module, Status
from wontload.machine import Kind


def absent(case: Case) -> Iterator[Finding]:
    """A load was asked for by path, and nothing is at that path.

    A bare name that no search finds is WL201 or WL202. A file that is there and lacks a dependency, which Windows
    reports with the very same words, is WL2xx. Paths that one line of Python tries in turn are one finding; a path that
    the same program then asks for by its bare name is not the cause.
    """
    groups: dict[object, list[tuple[int, Module]]] = {}
    for index, result in case.failed_results:
        first = result.modules[0]
        if first.status is not Status.MISSING or case.machine.files.kind(first.name) is not Kind.ABSENT:
            continue
        if _is_path(first.name) and not _asked_by_bare_name_too(case, first.name):
            request = case.loads[index].request
            groups.setdefault((case.is_fatal(index), request.file, request.line), []).append((index, first))
    for group in groups.values():
        yield _finding(case, group)


def _finding(case: Case, group: list[tuple[int, Module]]) -> Finding:
    index, first = group[0]
    names = tuple(dict.fromkeys(case.path_module.basename(module.name) for _, module in group))
    directory = case.path_module.dirname(first.name)
    exists = case.machine.files.kind(directory) is Kind.DIRECTORY
    where = "its directory has no such file" if exists else f"the directory {directory} does not exist either"
    others = [copy for name in names for copy in case.copies.named(name) if copy.architecture]
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
            Evidence("file", f"{first.name} does not exist; {where}", {"path": first.name}),
            *evidence.of_copies(case, others),
        ),
        explanation="The path was handed to the loader as it is, so nothing was searched: the file is absent.",
        explains_error=case.is_fatal(index),
        load=index,
    )


def _is_path(name: str) -> bool:
    return "/" in name or "\\" in name


def _asked_by_bare_name_too(case: Case, path: str) -> bool:
    name = case.path_module.basename(path)
    return any(load.request.name == name for load in case.loads)
