"""WL504: the installation is incomplete: RECORD disagrees with the disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wontload.diagnosis import another_file, blame, evidence, grouping, records, symbol_findings
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.hollow import hollow
from wontload.diagnosis.installed import disagrees, is_gone
from wontload.diagnosis.missing import is_path
from wontload.diagnosis.record_evidence import install_again, said
from wontload.diagnosis.recorded_twice import own_twice, told, twice, why_and_remedy
from wontload.diagnosis.records import Entry
from wontload.diagnosis.unasked import succeeded_with_less, unasked
from wontload.diagnosis.without_record import without_record
from wontload.diagnosis.words import are, listed
from wontload.loader import Module, Status
from wontload.machine import Outcome

FILES_SHOWN = 8


def incomplete(case: Case) -> Iterator[Finding]:
    """A file that the package's own record lists is gone, or is not the one that was installed; or there is no record.

    Or there are records of two versions, which is said even where no file is known to lack for it. Where the import
    succeeds, a file that it did not ask for is told of, too.

    A file that is gone and is here in another directory is WL202 or WL203. One that is there and damaged is WL102 or
    WL104, with what the record says of it. Two distributions that both list the file are WL502.
    """
    found = [*_missing(case), *_asked_by_path(case), *_altered(case), *_stood_in(case)]
    found += list(_missed_modules(case)) or list(without_record(case))
    yield from found or _hollow(case) or list(_recorded_twice(case)) or _not_asked_for(case)


def _missing(case: Case) -> Iterator[Finding]:
    for group in grouping.grouped(case, "WL504"):
        first, names = group[0], grouping.names(group)
        gone = records.gone_for(case, first.module, first.file, first.module.needed_by)
        line = gone[0] if gone else another_file.line_of(case, first.module.needed_by)
        yield grouping.finding(
            case,
            group,
            code="WL504",
            title=_title(case, line, names)
            if gone
            else f"{another_file.said(case, line)}, and {listed(names)}, which it needs, {are(names)} not here",
            evidence=(*_lines(case, line), evidence.of_absence(case, names)),
            explanation=_explanation(case, line) if gone else another_file.why(case, line),
        )


def _recorded_twice(case: Case) -> Iterator[Finding]:
    """What ended the import may be a mixture of Python files, of which nothing is compared here."""
    observation = case.observation
    if observation is None or len(observation.distributions) < 2 or (found := own_twice(case)) is None:
        return
    yield Finding(
        code="WL504",
        severity=Severity.NOTE if observation.outcome is Outcome.LOADS else Severity.WARNING,
        title=f"{found.name} is recorded in the versions {found.versions}, in one directory",
        subject=found.name,
        chain=(case.target,),
        evidence=tuple(told(case, found)),
        explanation=why_and_remedy(case, found),
    )


def _hollow(case: Case) -> tuple[Finding, ...]:
    """Nothing of the package is left but its folder, which Python imports without a word."""
    lines = hollow(case)
    if not lines:
        return ()
    names = _names(case, lines)
    return (
        _of_import_that_succeeds(
            case,
            lines,
            severity=Severity.ERROR,
            title=f"of {lines[0].owner} only the folder {case.target} is left: {listed(names)} {are(names)} gone",
            why="Python takes a folder without __init__.py for a package without code: the import succeeds, and every "
            "name in it is missing (AttributeError). Another distribution of the same files was removed, or an update "
            "was interrupted.",
        ),
    )


def _not_asked_for(case: Case) -> Iterator[Finding]:
    """The import succeeded without files that are damaged; what asks for one of them later will fail."""
    if not succeeded_with_less(case):
        return
    found = list(unasked(case))
    if not found:
        return
    names = _names(case, found)
    yield _of_import_that_succeeds(
        case,
        found,
        severity=Severity.WARNING,
        title=f"{listed(names)} of {found[0].owner} {are(names)} damaged; this import did not ask for "
        + ("it" if len(names) == 1 else "them"),
        why="The import succeeded, and a part of the package that is loaded later will fail: a download or a copy was "
        "cut short, or something took or replaced what was installed.",
    )


def _of_import_that_succeeds(
    case: Case, lines: Sequence[Entry], *, severity: Severity, title: str, why: str
) -> Finding:
    """About lines of a record whose files are gone or damaged, and which Python itself did not miss."""
    names = _names(case, lines)
    return Finding(
        code="WL504",
        severity=severity,
        title=title,
        subject=names[0],
        also=names[1:],
        chain=(case.target,),
        evidence=tuple(said(case, line) for line in lines[:FILES_SHOWN]),
        explanation=f"{why} What brings it again: {install_again(case, lines[0])}",
        explains_error=severity is Severity.ERROR,
    )


def _names(case: Case, lines: Sequence[Entry]) -> tuple[str, ...]:
    return tuple(case.path_module.basename(line.file.path) for line in lines)


def _title(case: Case, line: Entry, names: tuple[str, ...]) -> str:
    found = twice(case, line.distribution)
    both = f"its versions {found.versions} are recorded, and " if found else ""
    return f"the installation of {line.distribution.name} is incomplete: {both}{listed(names)} {are(names)} gone"


def _explanation(case: Case, line: Entry) -> str:
    if found := twice(case, line.distribution):
        return why_and_remedy(case, found)
    return (
        "The record that pip wrote lists the file, so it was there once: an antivirus program, an update that was "
        "interrupted, another package's removal or a partial copy of the environment took it. What brings it again: "
        f"{install_again(case, line)}"
    )


def _lines(case: Case, line: Entry) -> Iterator[Evidence]:
    """What the record says of the distribution's files that are gone or altered, and whether there are several."""
    if found := twice(case, line.distribution):
        yield from told(case, found)
    wrong = [one for one in line.distribution.files if disagrees(case, one)]
    for file in sorted(wrong, key=lambda one: one.path != line.file.path)[:FILES_SHOWN]:
        yield from (
            said(case, one)
            for one in records.of_file(case, file.path)
            if one.distribution == line.distribution and disagrees(case, one.file)
        )
    if len(wrong) > FILES_SHOWN:
        text = f"{len(wrong)} of its {len(line.distribution.files)} native files are gone or altered"
        yield Evidence("record", text, {"distribution": line.distribution.name})


def absent_and_recorded(case: Case, module: Module) -> Entry | None:
    """The record's line about a file that was asked for by its path and is not there."""
    if module.status is not Status.MISSING or not is_path(module.name):
        return None
    return next((line for line in records.of_file(case, module.name) if is_gone(case, line.file)), None)


def _asked_by_path(case: Case) -> Iterator[Finding]:
    seen = set()
    for index, result in case.failed_results:
        module = result.modules[0]
        line = absent_and_recorded(case, module)
        if line is None or line.file.path in seen:
            continue
        seen.add(line.file.path)
        name = case.path_module.basename(module.name)
        yield _finding(case, line, name, index=index, module=module, explains=blame.explains(case, index, (module,)))


def _missed_modules(case: Case) -> Iterator[Finding]:
    """The import missed an extension module, which is no load: Python found nothing to load."""
    if case.outcome not in (Outcome.FAILS, Outcome.NOT_FOUND) or case.fatal is not None:
        return
    found = list(records.gone_modules(case))
    if found:
        name, line = found[0]
        yield _finding(case, line, case.path_module.basename(line.file.path), module_name=name, explains=True)


def _finding(
    case: Case,
    line: Entry,
    name: str,
    *,
    explains: bool,
    index: int | None = None,
    module: Module | None = None,
    module_name: str = "",
) -> Finding:
    error = index is None or case.is_fatal(index)
    request = tuple(evidence.of_missed_module(case, module_name))
    if index is not None:
        request = (evidence.of_request(case, index), *evidence.of_observation(case, index))
    chain = case.chain(index, module) if index is not None and module is not None else (case.target, module_name)
    return Finding(
        code="WL504",
        severity=Severity.ERROR if error else Severity.WARNING,
        title=_title(case, line, (name,)),
        subject=name,
        chain=tuple(dict.fromkeys(chain)),
        evidence=(*request, *_lines(case, line)),
        explanation=_explanation(case, line),
        explains_error=explains,
        load=index,
    )


def _altered(case: Case) -> Iterator[Finding]:
    """A symbol is missing, and the file that lacks it or takes it is not the one that was installed."""
    for group in symbol_findings.grouped(case, "WL504", lambda one: one.package and one.package.name):
        first = group[0]
        path = next((one for one in first.files if records.altered(case, one)), None)
        if path is None:
            continue
        line = another_file.line_of(case, path)
        both = twice(case, line.distribution)
        yield symbol_findings.finding(
            case,
            group,
            code="WL504",
            title=f"{another_file.said(case, line)}, and it does not fit the others"
            + (f": its versions {both.versions} are recorded" if both else ""),
            subject=case.path_module.basename(path),
            facts=tuple(_lines(case, line)),
            explanation=another_file.why(case, line),
        )


def _stood_in(case: Case) -> Iterator[Finding]:
    """A symbol is missing from a copy that was found elsewhere: the one that the user was installed with is gone."""
    for group in symbol_findings.grouped(case, "WL504", lambda one: one.stood_in and one.stood_in.path):
        first, other = group[0], group[0].stood_in
        if other is None or any(records.altered(case, path) for path in first.files):
            continue
        line = records.gone_for(case, other, other.name, first.module.path)[0]
        name = case.path_module.basename(line.file.path)
        taken = f"{other.path} is taken in its place"
        yield symbol_findings.finding(
            case,
            group,
            code="WL504",
            title=f"{_title(case, line, (name,))}, and another file of that name is taken",
            subject=name,
            facts=(*_lines(case, line), Evidence("file", taken, {"path": other.path, "rule": other.rule})),
            explanation=_explanation(case, line),
        )
