"""Remedies that change variables, or the line of the package that makes the load."""

from __future__ import annotations

from dataclasses import replace

from wontload.diagnosis import Case
from wontload.diagnosis.places import expand
from wontload.machine import Kind
from wontload.remedy.advice.overlay import Overlay, Subject
from wontload.remedy.candidates.stale_variable import toolkit_homes
from wontload.remedy.change import CDLL_FLAGS, Change, changed_machine
from wontload.remedy.expected import loading_of, sites_of
from wontload.remedy.proof import must_load

HOLDS_LIBRARIES = ("bin", "lib", "lib64", "x64")


def cuda_path(subject: Subject) -> Overlay:
    """CUDA_PATH names the root of what holds the missing files; what the package makes of that is recorded."""
    case = subject.case
    homes = [*_homes_of_copies(subject), *toolkit_homes(case, "CUDA_PATH")]
    standing = _value(case, "CUDA_PATH")
    if not homes:
        if standing and case.machine.files.kind(standing) is Kind.DIRECTORY:
            return Overlay(but="CUDA_PATH is set, and no other CUDA directory is seen here")
        return Overlay(but="no CUDA directory is seen here that it could name")
    if standing and case.fold(standing) == case.fold(homes[0]):
        return Overlay(but=f"CUDA_PATH names {homes[0]} already; Windows' loader does not read it, only programs do")
    change = with_variable(case, Change(environment={"CUDA_PATH": homes[0]}))
    if change is None:
        return Overlay(unknown="whether the package reads CUDA_PATH is not recorded; set it in a new console and try")
    return Overlay(change=change, but="this load takes no notice of the directories that the package adds for it")


def with_variable(case: Case, change: Change) -> Change | None:
    """The change with the directories that the package adds for its variables; `None` where that is not recorded.

    Source: `knowledge/loaders.toml`. A file is loaded without a package's code, which alone reads such variables.
    """
    if case.kind == "file":
        return change
    loading = loading_of(case)
    if loading is None:
        return None
    environment = {**case.machine.environment, **{k: v for k, v in change.environment.items() if v is not None}}
    machine = replace(changed_machine(case.machine, change), environment=environment)
    sites = sites_of(case)
    places = [one for pattern in loading.add_dll_directory for one in expand(pattern, machine, sites)]
    added = tuple(one for one in places if machine.files.kind(one) is Kind.DIRECTORY)
    return replace(change, added_directories=change.added_directories + added)


def _homes_of_copies(subject: Subject) -> list[str]:
    """Roots of directories that hold copies of what is missing: `…\\v12.4` of `…\\v12.4\\bin\\cudart64_12.dll`."""
    module, homes = subject.case.path_module, []
    for missing in subject.lost:
        for copy in missing.fit:
            root = module.dirname(copy.path)
            while module.basename(root).lower() in HOLDS_LIBRARIES:
                root = module.dirname(root)
            if root != module.dirname(copy.path):
                homes.append(root)
    return list(dict.fromkeys(homes))


def _value(case: Case, name: str) -> str:
    return next((value for known, value in case.machine.environment.items() if known.upper() == name), "")


def no_winmode(subject: Subject) -> Overlay:
    """The load is made with ctypes' own flags."""
    case = subject.case
    flags = {case.loads[index].request.flags for index in must_load(case) if _is_ctypes(case, index)}
    if 0 not in flags:
        return Overlay(but="this load is not made with winmode=0, so there is nothing of the kind to take out")
    return Overlay(change=Change(flags=CDLL_FLAGS), but="the directory is not among those that the program adds")


def _is_ctypes(case: Case, index: int) -> bool:
    return case.loads[index].request.kind == "ctypes"


def restart(subject: Subject) -> Overlay:
    """The variables as the user and the machine have them set, where this process has others."""
    case = subject.case
    if case.machine.inventory.variables is None:
        return Overlay(but="a restart changes no file and no search order")
    environment, directories = {}, []
    for one in case.machine.inventory.variables:
        if one.origin == "process" or "%" in one.value:
            continue
        if one.name.upper() == case.search_variable:
            standing = {case.fold(entry) for entry in case.entries(case.machine.environment)}
            directories += [entry for entry in case.entries({case.search_variable: one.value}) if entry]
            directories = [entry for entry in directories if case.fold(entry) not in standing]
        elif _value(case, one.name.upper()) != one.value:
            environment[one.name] = one.value
    change = Change(environment=environment, search_last=tuple(directories))
    if not (environment or directories):
        return Overlay(but="a restart changes no file and no variable of this program")
    return Overlay(change=with_variable(case, change) or change, but="the variables set since do not reach this load")


def build_variables(subject: Subject) -> Overlay:
    """Variables that only a build reads."""
    return Overlay(but="CMAKE_ARGS and CUDACXX do nothing to a wheel that is built already: only a build reads them")
