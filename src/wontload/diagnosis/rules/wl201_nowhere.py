"""WL201: a dependency is nowhere on this machine."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import evidence, grouping
from wontload.diagnosis.case import Case
from wontload.diagnosis.copies import DEAD_LINK
from wontload.diagnosis.finding import Evidence, Finding
from wontload.diagnosis.missing import DENIED, SIDE_BY_SIDE, Missing
from wontload.diagnosis.words import are, listed
from wontload.machine import FIND_LIBRARY


def nowhere(case: Case) -> Iterator[Finding]:
    """A dependency was not found by the loader, and not by looking in all the stated places either.

    A copy that this load does not search is WL202 or WL203; one of another major version is WL204. What is part of a
    newer system is WL307, the other C library WL306, a debug runtime WL209.
    """
    for group in grouping.grouped(case, "WL201"):
        yield grouping.finding(
            case,
            group,
            code="WL201",
            title=_title(case, group),
            evidence=(
                *_absence(case, group),
                *(item for one in group for item in evidence.of_copies(case, one.unfit, "unfit")),
                *_providers(case, group),
            ),
            explanation=_explanation(case, group),
        )


def _providers(case: Case, group: tuple[Missing, ...]) -> Iterator[Evidence]:
    if not _are_pythons_own(case, group):
        any_will_do = _are_tried_in_turn(group) and case.is_fatal(group[0].load)
        yield from evidence.of_providers(case, grouping.names(group), any_will_do=any_will_do)


def _are_pythons_own(case: Case, group: tuple[Missing, ...]) -> bool:
    """Whether Python's own modules on Windows need them: an installation brings all that its modules need with it.

    conda puts the same libraries into packages of their own, which its environment can install again.

    Source: CPython, PC/layout/main.py (`get_layout`: extension modules, OpenSSL, libffi and SQLite go to DLLs, or
    beside python.exe in the embeddable package).
    """
    python = case.machine.python
    if python is None or not case.windows or python.layout == "conda":
        return False
    own = {case.fold(python.base_prefix), case.fold(case.path_module.join(python.base_prefix, "DLLs"))}
    users = [one.module.needed_by for one in group]
    return all(user and case.fold(case.path_module.dirname(user)) in own for user in users)


def _are_tried_in_turn(group: tuple[Missing, ...]) -> bool:
    """Whether Python code asked for these names one after the other: any of them would have done."""
    return group[0].module.needed_by is None and len(group) > 1


def _is_dead_link(missing: Missing) -> bool:
    """Whether a link of that name is all that is left of it, as where its target was removed or not copied along."""
    return bool(missing.unfit) and all(copy.defect == DEAD_LINK for copy in missing.unfit)


def _title(case: Case, group: tuple[Missing, ...]) -> str:
    names = grouping.names(group)
    if any(one.module.rule == SIDE_BY_SIDE for one in group):
        what = "assembly" if len(names) == 1 else "assemblies"
        return f"the side-by-side {what} {listed(names)} {are(names)} not installed"
    if all(_is_dead_link(one) for one in group):
        links = "a link that leads" if len(names) == 1 else "links that lead"
        return f"{listed(names)} {are(names)} here only as {links} nowhere"
    if any(one.unfit for one in group):
        return f"{listed(names)}: no copy that this process can use is on this machine"
    if any(tried.outcome == DENIED for one in group for tried in one.module.tried):
        return f"{listed(names)} {are(names)} in no directory that this user may look into"
    return f"{listed(names)} {are(names)} nowhere on this machine"


def _absence(case: Case, group: tuple[Missing, ...]) -> Iterator[Evidence]:
    names = grouping.names(group)
    if any(one.module.rule == SIDE_BY_SIDE for one in group):
        for one in group:
            yield Evidence("simulated", one.module.reason or "", {"tried": [tried.path for tried in one.module.tried]})
        return
    yield evidence.of_absence(case, names, usable=any(one.unfit for one in group))
    for one in group:
        for tried in one.module.tried:
            if tried.outcome == DENIED:
                directory = case.path_module.dirname(tried.path)
                yield Evidence("file", f"{directory} may not be looked into", {"path": directory})


def _explanation(case: Case, group: tuple[Missing, ...]) -> str:
    first = group[0]
    if first.module.rule == SIDE_BY_SIDE:
        importer = case.path_module.basename(first.module.needed_by or first.module.name)
        return (
            f"The manifest inside {importer} asks for it, and Windows maps nothing of a file whose manifest it cannot "
            "satisfy. Such assemblies are installed by their maker's redistributable package; a DLL of the same name "
            "in some directory does not count."
        )
    if case.loads[first.load].request.kind == FIND_LIBRARY:
        return (
            "The package looks for it by itself, and asks the loader for nothing before it has found it. "
            f"{evidence.how_it_searches(case, first)}."
        )
    if _are_tried_in_turn(group):
        ended = "gave up" if case.is_fatal(first.load) else "went on without them"
        return f"The program tried these names in turn and {ended}; none of them is here."
    if first.module.needed_by is None:
        return "The program asked for it by this name, and the loader searched for it in vain."
    importers = tuple(dict.fromkeys(case.path_module.basename(one.module.needed_by or "") for one in group))
    it = "it" if len(group) == 1 else "them"
    if _are_pythons_own(case, group):
        return (
            f"{listed(importers)} cannot be loaded without {it}, and both are parts of this Python's own installation, "
            f"not of a package: no pip or conda brings {it} there. Repair that Python with what installed it: "
            "python.org's installer under Settings, Apps (Modify, then Repair); another copy of the embeddable "
            "package; `uv python install --reinstall` for one of uv's."
        )
    return (
        f"{listed(importers)} cannot be loaded without {it}. "
        + ("What the link leads to was removed, or not copied along with it. " if _is_dead_link(first) else "")
        + ("Windows' error names the file that was asked for, not what it lacks." if case.windows else "")
    ).strip()
