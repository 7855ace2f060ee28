"""The loads that a package is known to ask for, where its import ended before it asked for any.

Source: `knowledge/loaders.toml`, each row of which names the package's own loader code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wontload.diagnosis import Case
from wontload.diagnosis.places import expand
from wontload.knowledge.packages import Loading, normalised, package
from wontload.machine import AddedDirectory, Kind, LoadRequest
from wontload.remedy.change import CDLL_FLAGS, RTLD_NOW


def expected_loads(case: Case, environment: Mapping[str, str]) -> tuple[LoadRequest, ...]:
    """The requests that the target would make in a process with these variables; empty where that is not recorded."""
    loading = loading_of(case)
    if loading is None or case.start is None:
        return ()
    machine, join = replace(case.machine, environment=environment), case.path_module.join
    sites = sites_of(case)
    paths = [
        path
        for pattern in loading.libraries.get(machine.system.name, ())
        for site in sites
        for path in expand(join(site, pattern), machine, sites)
        if machine.files.kind(path) is Kind.FILE
    ]
    added = [place for pattern in loading.add_dll_directory for place in expand(pattern, machine, sites)]
    first = [place for pattern in loading.path_prepends for place in expand(pattern, machine, sites)]
    process = replace(
        case.start,
        environment={**environment, "PATH": ";".join((*first, environment.get("PATH", "")))} if first else environment,
        added_directories=tuple(AddedDirectory(place) for place in dict.fromkeys(added)),
    )
    flags = (CDLL_FLAGS if loading.winmode is None else loading.winmode) if case.windows else RTLD_NOW
    return tuple(LoadRequest(kind="ctypes", name=path, flags=flags, process=process) for path in dict.fromkeys(paths))


def missing_directories(case: Case, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Directories that the package would add in such a process and that are not there: adding one raises."""
    loading = loading_of(case)
    if loading is None or not loading.raises:
        return ()
    machine, sites = replace(case.machine, environment=environment), sites_of(case)
    named = [place for pattern in loading.add_dll_directory for place in expand(pattern, machine, sites)]
    return tuple(place for place in named if machine.files.kind(place) is Kind.ABSENT)


def loading_of(case: Case) -> Loading | None:
    """How the target loads its libraries, in the version that is installed where that is known."""
    known = package(case.target)
    if known is None:
        return None
    installed = case.observation.distributions if case.observation else ()
    names = set(map(normalised, known.distributions))
    return known.loading_of(next((version for name, version in installed if normalised(name) in names), ""))


def sites_of(case: Case) -> tuple[str, ...]:
    """The site-packages that the target lies in, else all of the interpreter."""
    python = case.machine.python
    entries = tuple(entry for entry in (python.path if python else ()) if entry)
    origin = case.observation.origin if case.observation else None
    own = [
        entry for entry in entries if origin and case.fold(origin).startswith(case.fold(entry) + case.path_module.sep)
    ]
    return (max(own, key=len),) if own else entries
