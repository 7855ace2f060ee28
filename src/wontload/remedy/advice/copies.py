"""Remedies that bring copies which are here to the loader: beside the library, by a variable, a call or a cache."""

from __future__ import annotations

from collections.abc import Callable

from wontload.binary import MalformedImage
from wontload.diagnosis import Case
from wontload.diagnosis.words import are, listed
from wontload.loader.windows.flags import SEARCH, in_force
from wontload.machine import NotKnown
from wontload.machine.memory import Content
from wontload.remedy.advice.overlay import Overlay, Subject
from wontload.remedy.candidates.copies_here import bring
from wontload.remedy.change import Change
from wontload.remedy.proof import must_load

NO_COPY = "no copy that would do of {names} {are} seen here"


def copy_beside(subject: Subject) -> Overlay:
    """Copies in the directory of the file that was asked for."""
    case = subject.case
    directory = case.path_module.dirname(case.loads[must_load(case)[-1]].request.name)
    if not directory:
        return Overlay(unknown="the library was asked for by its bare name, and where it lies is not known")

    def beside(paths: tuple[str, ...]) -> Change:
        base, join = case.path_module.basename, case.path_module.join
        return Change(files={join(directory, base(path)): _content(case, path) for path in paths})

    why = "winmode=0 leaves out the directory of the file itself" if not _flagged(case) else ""
    if not case.windows:
        why = "no RPATH or RUNPATH names the directory of the library, and the loader looks there for nothing else"
    return _brought(case, beside, why)


def search_path(subject: Subject) -> Overlay:
    """Their directories behind those of PATH, for a process that starts afterwards."""
    case = subject.case
    if not case.windows:
        return Overlay(but="PATH names programs; this system's loader does not read it")
    return _brought(case, _searched(case), "this load does not search PATH")


def library_path(subject: Subject) -> Overlay:
    """Their directories on LD_LIBRARY_PATH, for a process that starts afterwards."""
    return _brought(subject.case, _searched(subject.case), "an earlier place in the search decides")


def ldconfig(subject: Subject) -> Overlay:
    """Their directories in the loader's cache."""
    case = subject.case
    if case.machine.system.libc == "musl":
        return Overlay(but="musl's loader has no cache")
    return _brought(case, lambda paths: Change(cached=paths), "an earlier place in the search decides")


def add_dll_directory(subject: Subject) -> Overlay:
    """Their directories added by the program before the load."""

    def added(paths: tuple[str, ...]) -> Change:
        return Change(added_directories=_directories(subject.case, paths))

    return _brought(subject.case, added, "winmode=0 takes no notice of added directories")


def _searched(case: Case) -> Callable[[tuple[str, ...]], Change]:
    return lambda paths: Change(search_last=_directories(case, paths))


def _directories(case: Case, paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(case.path_module.dirname(path) for path in paths))


def _brought(case: Case, make: Callable[[tuple[str, ...]], Change], not_searched: str) -> Overlay:
    found = bring(case, make)
    if found.without:
        return Overlay(change=found.change, but=NO_COPY.format(names=listed(found.without), are=are(found.without)))
    return Overlay(change=found.change, but=not_searched)


def _flagged(case: Case) -> bool:
    """Whether the last load that counts is made with LOAD_LIBRARY_SEARCH flags."""
    request = case.loads[must_load(case)[-1]].request
    return bool(in_force(request.flags, request.process) & SEARCH)


def _content(case: Case, path: str) -> Content:
    try:
        return case.machine.files.image(path)
    except MalformedImage as defect:
        return defect
    except NotKnown:
        return None
