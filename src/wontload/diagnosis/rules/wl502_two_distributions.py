"""WL502: two distributions write over one package."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import records, symbol_findings
from wontload.diagnosis.case import Case
from wontload.diagnosis.commands import python_of
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.installed import is_altered, is_gone, own_distributions
from wontload.diagnosis.record_evidence import evidence_of
from wontload.diagnosis.recorded_twice import names_of
from wontload.diagnosis.records import Entry, recorded
from wontload.diagnosis.words import listed
from wontload.knowledge.packages import normalised
from wontload.machine import Outcome

FILES_SHOWN = 6


def two_distributions(case: Case) -> Iterator[Finding]:
    """Several installed distributions list the same files: the later installation wrote over the earlier one's.

    It explains an error where a symbol is missing in such a file, or from it. One distribution whose files are gone or
    altered is WL504. A folder that hides an installed package is WL503.
    """
    if not _may_matter(case):
        return
    groups: dict[tuple[str, ...], list[tuple[Entry, ...]]] = {}
    for lines in _shared(case):
        groups.setdefault(tuple(dict.fromkeys(line.owner for line in lines)), []).append(lines)
    for owners, files in groups.items():
        yield _finding(case, owners, files)


def _may_matter(case: Case) -> bool:
    """Whether the records are worth reading: of a target that loads, only where two own its top-level module."""
    if case.outcome is Outcome.LOADS:
        return case.observation is not None and len(names_of(case.observation.distributions)) > 1
    return case.observation is not None or bool(case.failed_results)


def _shared(case: Case) -> list[tuple[Entry, ...]]:
    """Files of the target's own package, or that its loads met, which several list and one of them has lost."""
    own = {normalised(one.name) for one in own_distributions(case)}
    modules = (module for load in case.loads if load.simulated for module in load.simulated.modules)
    met = {case.fold(module.path) for module in modules if module.path}
    return [
        lines
        for path, lines in recorded(case).items()
        if len(names := records.owners(lines)) > 1
        and (path in met or own & names)
        and any(_is_lost(case, line) for line in lines)
    ]


def _is_lost(case: Case, line: Entry) -> bool:
    return is_altered(case, line.file) or is_gone(case, line.file)


def _finding(case: Case, owners: tuple[str, ...], files: list[tuple[Entry, ...]]) -> Finding:
    first = files[0][0]
    paths = {case.fold(lines[0].file.path) for lines in files}
    groups = symbol_findings.grouped(case, "WL502")
    group = next((one for one in groups if paths & {case.fold(path) for path in one[0].files}), ())
    cause = symbol_findings.finding(case, group, code="WL502", title="", explanation="") if group else None
    name = case.path_module.basename(first.file.path)
    return Finding(
        code="WL502",
        severity=cause.severity if cause else Severity.WARNING,
        title=f"{listed(owners)} write over each other: both install {name}"
        + (f" and {len(files) - 1} more native files" if len(files) > 1 else ""),
        subject=name,
        also=tuple(dict.fromkeys(case.path_module.basename(lines[0].file.path) for lines in files[1:])),
        chain=cause.chain[:-1] if cause else (case.target,),
        evidence=(*(cause.evidence if cause else ()), *_lines(case, files)),
        explanation="The package that was installed last has put its files in the place of the other's, and removing "
        f"either takes them from both. Remove both, then install the one that is wanted: {_commands(case, owners)}",
        explains_error=bool(cause and cause.explains_error),
        load=cause.load if cause else None,
    )


def _lines(case: Case, files: list[tuple[Entry, ...]]) -> Iterator[Evidence]:
    for lines in files[:FILES_SHOWN]:
        path = lines[0].file.path
        yield from evidence_of(case, path)
        keeps = [line.owner for line in lines if not _is_lost(case, line)]
        if keeps:
            yield Evidence("record", f"{path} is the file of {listed(keeps)}", {"path": path, "owners": keeps})


def _commands(case: Case, owners: tuple[str, ...]) -> str:
    python = python_of(case)
    names = [owner.rpartition(" ")[0] for owner in owners]
    uninstall = f"`{python} -m pip uninstall {' '.join(names)}`"
    return f"{uninstall}, and then {listed([f'`{python} -m pip install {one}`' for one in names], word='or')}"
