"""Evidence that several rules give: the request, the search, copies, who provides a library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from wontload.binary import MalformedImage
from wontload.diagnosis import records
from wontload.diagnosis.added import Way, how_added
from wontload.diagnosis.case import Case
from wontload.diagnosis.copies import Copy, distinct
from wontload.diagnosis.cuda_major import cuda_for, of_cuda
from wontload.diagnosis.finding import Evidence
from wontload.diagnosis.missing import Missing
from wontload.diagnosis.record_evidence import install_again, said
from wontload.diagnosis.wheel_places import is_sought
from wontload.diagnosis.words import HOW_OTHERS_SEARCH, call, how_find_library_searches, how_windows_searches, listed
from wontload.knowledge.components import component_of
from wontload.knowledge.packages import normalised
from wontload.knowledge.providers import Provider, providers_of
from wontload.loader import Status, quirks
from wontload.loader.windows.flags import dependent_search
from wontload.machine import FIND_LIBRARY, NotKnown
from wontload.machine.observation import ObservedError

COPIES_SHOWN = 12


def of_request(case: Case, index: int) -> Evidence:
    """The call to the loader, and the Python line that made it."""
    request = case.loads[index].request
    text = call(request.kind, request.name, request.flags, windows=case.windows)
    at = f", {request.file}:{request.line}" if request.file else ""
    data = {
        "load": index,
        "request_kind": request.kind,
        "name": request.name,
        "flags": request.flags,
        "file": request.file,
        "line": request.line,
    }
    return Evidence("request", f"{text}{at}", data)


def of_exception(error: ObservedError, said: str = "") -> Evidence:
    """Which exception was raised and where, and what it `said`, where no other evidence has that."""
    at = f" at {error.file}:{error.line}" if error.file else ""
    text = f"{error.exception} was raised{at}" + (f": {said}" if said else "")
    return Evidence("observed", text, {"file": error.file, "line": error.line})


def of_observation(case: Case, index: int) -> Iterator[Evidence]:
    """What the real load answered, or how the process ended in it."""
    observed = case.loads[index].observed
    if observed is not None and observed.error is not None:
        error = observed.error
        yield Evidence("observed", f"the real load failed: {error.text}", {"number": error.number, "text": error.text})
    elif observed is not None and observed.succeeded is None and case.observation is not None:
        status = case.observation.exit_status
        words = "" if status is None else f": {case.describe_exit(status)}"
        yield Evidence("observed", f"the process ended in the middle of this load{words}", {"exit_status": status})
    elif observed is not None and case.loads[index].request.kind == FIND_LIBRARY and case.observation is not None:
        said = case.observation.error.text if case.observation.error else ""
        yield Evidence("observed", f"it answered None, and then the package raised: {said}", {"text": said})


def of_missed_module(case: Case, module: str) -> Iterator[Evidence]:
    """The import of a module that Python found no file for, and what it said: no loader was asked."""
    error = case.observation.error if case.observation else None
    if error is None:
        return
    said = f"import {module}"
    data = {"request_kind": "import", "name": module, "file": error.file, "line": error.line, "expression": said}
    yield Evidence("request", said, data)
    yield Evidence("observed", f"{error.exception}: {error.text}", {"text": error.text})


def of_search(case: Case, missing: Missing) -> Evidence:
    """The directories that were searched for one module, in order: its own search, where it was sought to the end."""
    result = case.loads[missing.load].simulated
    places = [{"rule": place.rule, "directory": place.directory} for place in (result.search_order if result else ())]
    if missing.module.tried and (missing.module.status is Status.MISSING or not places):
        places = [
            {"rule": tried.rule, "directory": case.path_module.dirname(tried.path)} for tried in missing.module.tried
        ]
    unique = list({(place["rule"], place["directory"]): place for place in places}.values())
    return Evidence("searched", f"searched {len(unique)} directories, in this order", {"places": unique})


def how_it_searches(case: Case, missing: Missing) -> str:
    """One sentence on the search for one module."""
    request = case.loads[missing.load].request
    if request.kind == FIND_LIBRARY:
        return how_find_library_searches(request.finder)
    if not case.windows:
        system = case.machine.system
        if "/" in missing.module.name and system.name == "linux":
            return "The file that needs the library names it by a path, and a path is not searched for"
        return HOW_OTHERS_SEARCH.get(system.libc or system.name, HOW_OTHERS_SEARCH["glibc"])
    process = case.loads[missing.load].request.process
    if own := _dependent_load_flags(case, missing):
        importer = case.path_module.basename(missing.module.needed_by or "")
        return f"{importer} was linked with /DEPENDENTLOADFLAG:{own:#x}. {how_windows_searches(own, process)}"
    return how_windows_searches(case.loads[missing.load].request.flags, process)


def _dependent_load_flags(case: Case, missing: Missing) -> int:
    """The flags that the importer asks for by itself; 0 where the load's own count."""
    try:
        image = case.machine.files.image(missing.module.needed_by or "")
    except (MalformedImage, NotKnown, KeyError):
        return 0
    ignored = quirks.has(case.machine.system, quirks.NO_DEPENDENT_LOAD_FLAGS)
    return 0 if ignored else dependent_search(image.dependent_load_flags)


def of_copies(case: Case, copies: Iterable[Copy], kind: str = "copy") -> Iterator[Evidence]:
    """Copies that would do (`copy`), would not (`unfit`), or are of another major version (`other_major`)."""
    for copy in distinct(copies, case.machine)[:COPIES_SHOWN]:
        data: dict[str, object] = {
            "path": copy.path,
            "directory": case.path_module.dirname(copy.path),
            "what": copy.what,
            "architecture": copy.architecture,
            "version": copy.version,
        }
        if kind in ("copy", "other_major"):
            version = f", version {copy.version}" if copy.version else ""
            version += "" if copy.architecture else ", nothing is known of its contents"
            yield Evidence(kind, f"{copy.path} ({copy.what}{version})", data)
        else:
            own = case.machine.system.architecture
            why = copy.defect or f"built for {copy.architecture}, and this process is {own}"
            yield Evidence(kind, f"{copy.path}: {why}", {**data, "why": why})


def of_added(case: Case, index: int, copies: Iterable[Copy]) -> Iterator[Evidence]:
    """Directories with copies that the program added, and how."""
    seen = set()
    for copy in copies:
        directory = case.path_module.dirname(copy.path)
        way = how_added(case, index, copy)
        if directory in seen or way is None:
            continue
        seen.add(directory)
        late = f", {way.value}" if way in (Way.TOO_LATE, Way.WITHDRAWN) else ""
        if copy.added is not None:
            at = f" at {copy.added.file}:{copy.added.line}" if copy.added.file else ""
            data = {"directory": directory, "file": copy.added.file, "line": copy.added.line}
            data |= {"expression": copy.added.expression, **({"when": way.value} if late else {})}
            variable = f" (from {copy.added.expression})" if copy.added.expression else ""
            yield Evidence("added", f"{directory} was added with os.add_dll_directory{variable}{at}{late}", data)
        else:
            variable = case.search_variable
            yield Evidence(
                "added",
                f"{directory} was put on {variable} by the program while it ran{late}",
                {"directory": directory, "file": None, "line": None, "expression": variable},
            )


def of_absence(case: Case, names: Iterable[str], *, usable: bool = False) -> Evidence:
    """Where copies were sought in vain. `usable`: there are some that this process cannot use."""
    looked = list(case.copies.looked_in())
    return Evidence(
        "looked",
        f"no {'usable ' if usable else ''}file named {listed(list(names), word='or')} in any of {len(looked)} "
        "directories: those searched, PATH, site-packages and the usual places",
        {"directories": looked, "names": list(names)},
    )


def of_components(names: Iterable[str]) -> Iterator[Evidence]:
    """Which component each file belongs to, where the files are here and nobody need provide them."""
    for name in names:
        if component := component_of(name):
            data: dict[str, object] = {"file": name, "component": component.name, "package": None, "providers": []}
            yield Evidence("provider", f"{name} is part of {component.name}", data)


def providers_here(case: Case, name: str) -> tuple[Provider, ...]:
    """Who provides a file on the case's system, least effort first: of Linux' packages its own distribution's."""
    system = case.machine.system
    distribution = (system.version or None) if system.name == "linux" else None
    chosen = cuda_for(case, name)
    return providers_of(
        name,
        system=system.name,
        architecture=system.architecture,
        distribution=distribution,
        cuda=chosen.major if chosen else None,
    )


def _of_wheel_that_lost(case: Case, name: str, providers: Iterable[Provider]) -> Iterator[Evidence]:
    """A provider's wheel that is installed, and whose file is gone: as it is, pip sees nothing to do."""
    wheels = {normalised(one.package) for one in providers if one.kind == "wheel"}
    for line in records.gone(case, name):
        if normalised(line.distribution.name) in wheels:
            lost = said(case, line)
            yield replace(lost, text=f"{lost.text}: {install_again(case, line)} brings it again")


def of_providers(case: Case, names: Sequence[str], *, any_will_do: bool = False) -> Iterator[Evidence]:
    """Which component each file belongs to, and who provides it; `any_will_do` of names that are tried in turn."""
    prefix = case.machine.python.prefix if case.machine.python else "the environment"
    for name in names:
        component = component_of(name)
        providers = providers_here(case, name)
        if component is None and not providers:
            continue
        data: dict[str, object] = {
            "file": name,
            "component": component.name if component else None,
            "package": providers[0].package if providers else None,
            "providers": [
                {"kind": one.kind, "package": one.package, "where": one.where, "command": one.command}
                for one in providers
            ],
            "alternative": any_will_do,
            "sought": any(one.kind == "wheel" and is_sought(case, name, one) for one in providers[:1]),
        }
        part = f"is part of {component.name}" if component else "is known"
        by = f"; {providers[0].told(prefix)}" if providers else ""
        yield Evidence("provider", f"{name} {part}{by}", data)
        yield from _of_wheel_that_lost(case, name, providers)
    yield from of_cuda(case, names)
