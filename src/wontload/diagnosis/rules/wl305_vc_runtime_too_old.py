"""WL305: the Visual C++ runtime is here, but older than the code needs."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.binary import MalformedImage
from wontload.diagnosis import evidence, symbol_findings
from wontload.diagnosis.c_library import image_of
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.started import ACCESS_VIOLATION, initialisation_that_failed
from wontload.diagnosis.words import listed
from wontload.knowledge.toolchains import toolset
from wontload.knowledge.vc_runtime import (
    CONSTEXPR_MUTEX_RUNTIME,
    STANDARD_LIBRARY,
    locks_constexpr_mutexes,
    toolset_of_linker,
)

Version = tuple[int, ...]
RULE = "The runtime that a process loads must be at least as new as the newest toolset that built anything in it."


def vc_runtime_too_old(case: Case) -> Iterator[Finding]:
    """The runtime lacks a procedure that is taken from it; or a start-up failed, on one that is older than the code.

    The second is a suspicion, unless the code locks mutexes that the runtime is known not to understand. A runtime that
    is nowhere is WL201; a newer copy that another one hides is WL206.
    """
    for group in symbol_findings.grouped(case, "WL305"):
        yield _of_symbols(case, group)
    if started := _of_a_start(case):
        yield started


def _of_symbols(case: Case, group: symbol_findings.Group) -> Finding:
    first = group[0]
    version, users = symbol_findings.version_of(case, first), listed(symbol_findings.users(case, group))
    names = listed(symbol_findings.symbols(group))
    return symbol_findings.finding(
        case,
        group,
        code="WL305",
        title=f"the Visual C++ runtime is older than {users} needs: {_told(first.library, version)} has no {names}",
        facts=(
            *(item for one in group[:1] for item in _built_with(case, one.module.path)),
            *evidence.of_providers(case, (first.library,)),
        ),
        explanation=f"{RULE} {_where(case, first.provider.path if first.provider else None)}",
    )


def _of_a_start(case: Case) -> Finding | None:
    """A failed initialisation (1114) or a crash in a load, with an older runtime in the process than the code needs."""
    index = initialisation_that_failed(case, also={ACCESS_VIOLATION})
    runtime = _oldest_runtime(case, index) if index is not None else None
    newest = _newest_user(case, index) if index is not None else None
    if index is None or runtime is None:
        return None
    path, version = runtime
    locks = next(_with_constexpr_mutexes(case, index), None) if version[:2] < CONSTEXPR_MUTEX_RUNTIME else None
    known, newest = locks is not None, locks or newest
    if newest is None or version[:2] >= newest[1]:
        return None
    user, needed = newest
    name, user_name = case.path_module.basename(path), case.path_module.basename(user)
    dotted = ".".join(map(str, version))
    return Finding(
        code="WL305",
        severity=Severity.ERROR if known else Severity.WARNING,
        title=f"the Visual C++ runtime ({_told(name, dotted)}) is older than {user_name} needs "
        f"({'.'.join(map(str, needed))})",
        subject=name,
        component="msvc-runtime 14",
        chain=(*case.chain(index, case.loads[index].simulated.modules[0]), name),  # type: ignore[union-attr]
        evidence=(
            evidence.of_request(case, index),
            *evidence.of_observation(case, index),
            Evidence("file", f"{path} is version {dotted}", {"path": path, "version": dotted}),
            *_built_with(case, user),
            *(_of_the_mutex(user) if known else ()),
            *evidence.of_providers(case, (name,)),
        ),
        explanation=f"{RULE} "
        + (
            "The newer code leaves its std::mutex to be made by nobody, and this runtime follows a null pointer in one "
            f"(microsoft/STL#3824, #4730). {_where(case, path)}"
            if known
            else "That is not so here. Whether it is what ended this load was not established."
        ),
        explains_error=known,
        load=index,
    )


def _of_the_mutex(user: str) -> Iterator[Evidence]:
    yield Evidence("file", f"{user} takes _Mtx_lock from it, and no _Mtx_init_in_situ", {"path": user})


def _oldest_runtime(case: Case, index: int) -> tuple[str, Version] | None:
    """The oldest msvcp140.dll that the process has mapped by then, with its version.

    Not its siblings: Python brings a vcruntime140.dll of its own age, and what is known to fail is in this one.
    """
    load = case.loads[index]
    simulated = [one.path for one in load.simulated.modules if one.path] if load.simulated else []
    mapped = load.observed.mapped if load.observed else ()
    found: dict[str, Version] = {}
    for path in dict.fromkeys((*load.request.process.modules, *mapped, *simulated)):
        image = image_of(case, path) if case.path_module.basename(path).lower() == STANDARD_LIBRARY else None
        if image is not None and image.file_version is not None and image.file_version[0] == 14:
            found[path] = image.file_version
    return min(found.items(), key=lambda item: item[1], default=None)


def _with_constexpr_mutexes(case: Case, index: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """Files of this load that lock mutexes of the newer kind, and the runtime that they need at least."""
    simulated = case.loads[index].simulated
    for module in simulated.modules if simulated else ():
        image = image_of(case, module.path)
        if image is None or module.path is None:
            continue
        try:
            imports = image.imports
        except MalformedImage:
            continue
        taken = {
            symbol.name or "" for one in imports if one.library.lower() == STANDARD_LIBRARY for symbol in one.symbols
        }
        if locks_constexpr_mutexes(taken, image.linker_version):
            yield module.path, max(image.linker_version or (0, 0), CONSTEXPR_MUTEX_RUNTIME)


def _newest_user(case: Case, index: int) -> tuple[str, tuple[int, int]] | None:
    """The file of this load that uses the runtime and was built with the newest toolset, and which that was."""
    simulated = case.loads[index].simulated
    found: dict[str, tuple[int, int]] = {}
    for module in simulated.modules if simulated else ():
        image = image_of(case, module.path)
        built = toolset_of_linker(image.linker_version) if image else None
        uses = image is not None and any(one.library.lower() == STANDARD_LIBRARY for one in image.needed)
        if module.path and built and uses:
            found[module.path] = built
    return max(found.items(), key=lambda item: item[1], default=None)


def _built_with(case: Case, path: str | None) -> Iterator[Evidence]:
    image = image_of(case, path)
    if image is not None and (built := toolset_of_linker(image.linker_version)) and built[1]:
        version = f"{built[0]}.{built[1]}"
        known = toolset(version)
        of = f" of Visual Studio {known.year} {known.visual_studio}" if known else ""
        yield Evidence("file", f"{path} was linked with toolset {version}{of}", {"path": path, "toolset": version})


def _told(name: str, version: str) -> str:
    return f"{name} {version}".rstrip()


def _where(case: Case, path: str | None) -> str:
    """What to do about this copy: the system's is updated by Microsoft's installer, any other by who brought it."""
    windows = case.fold(case.machine.system.windows_directory) + case.path_module.sep
    if path is None or case.fold(path).startswith(windows):
        return "Microsoft's current redistributable brings a new one for the whole system."
    return f"This copy is not the system's: it lies in {case.path_module.dirname(path)}, and came first."
