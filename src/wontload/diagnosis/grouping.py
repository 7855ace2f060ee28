"""One finding a root cause: which missing files one and the same cause took."""

from __future__ import annotations

from collections.abc import Iterator

from wontload import knowledge
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Severity
from wontload.diagnosis.missing import Missing


def grouped(case: Case, code: str) -> Iterator[tuple[Missing, ...]]:
    """The missing files of one code, those with one cause together, in load order."""
    groups: dict[str, list[Missing]] = {}
    for missing in case.missing:
        if missing.code == code:
            groups.setdefault(_cause(case, missing), []).append(missing)
    yield from (tuple(group) for group in groups.values())


def names(group: tuple[Missing, ...]) -> tuple[str, ...]:
    """File names of a group."""
    return tuple(missing.module.name for missing in group)


def component(name: str) -> str | None:
    """The component that a file belongs to, such as `cublas 12`."""
    found = knowledge.component_of(name)
    return found.name if found else None


def severity(case: Case, group: tuple[Missing, ...]) -> Severity:
    """An error where it ended the import; a warning where the program survived it."""
    fatal = any(case.is_fatal(missing.load) for missing in group)
    return Severity.ERROR if fatal else Severity.WARNING


def _cause(case: Case, missing: Missing) -> str:
    """What a person would have to mend: a vendor's suite, or the place where the copies are, or the importer's own."""
    fatal = "fatal" if case.is_fatal(missing.load) else "survived"
    if missing.module.needed_by is None:  # one line of Python that tries names in turn: any of them would do
        request = case.loads[missing.load].request
        return f"{fatal} asked for at {request.file}:{request.line}"
    found = knowledge.component_of(missing.module.name)
    if found is not None:
        return f"{fatal} {knowledge.suite_of(found)}"
    beside = missing.fit[0].path if missing.fit else missing.module.needed_by or ""
    return f"{fatal} beside {case.copies.fold(case.path_module.dirname(beside))}"
