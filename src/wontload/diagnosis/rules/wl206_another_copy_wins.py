"""WL206: another copy of a library wins, and it is not the one that the file was made for."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.binary import MalformedImage
from wontload.diagnosis import blame, evidence
from wontload.diagnosis.case import Case
from wontload.diagnosis.copies import Copy
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.grouping import component
from wontload.loader import LoadResult, Module
from wontload.loader.windows.names import with_extension
from wontload.loader.windows.symbols import describe
from wontload.machine import NotKnown

HOW = {
    "already_loaded": "it was in the process already, and a module's name is taken once",
    "system32": "the search order comes to System32 first",
    "path_variable": "PATH names its directory first",
    "ld_library_path": "LD_LIBRARY_PATH names its directory first",
    "rpath": "the RPATH names its directory first",
    "runpath": "the RUNPATH names its directory first",
    "ld_so_cache": "the loader's cache names it",
    "known_dlls": "it is a KnownDLL, which no search gets ahead of",
}


def another_copy_wins(case: Case) -> Iterator[Finding]:
    """A symbol is missing from the copy that the loader took, and another copy on this machine has it.

    With no other copy that has the symbol, the library is simply too old or too new (WL301 to WL305).
    """
    for index, result in case.failed_results:
        for module in result.modules:
            for winner in _exporters(case, result, module):
                better = [copy for copy in _others(case, winner) if _has(case, copy.path, module.symbol)]
                if better and not _has(case, winner.path, module.symbol):
                    yield _finding(case, index, module, winner, better)
                    break


def _finding(case: Case, index: int, module: Module, winner: Module, better: list[Copy]) -> Finding:
    name = case.path_module.basename(winner.path or winner.name)
    how = HOW.get(winner.rule or "", "the search order reaches it first")
    return Finding(
        code="WL206",
        severity=Severity.ERROR if case.is_fatal(index) else Severity.WARNING,
        title=f"another {name} wins, and it lacks {module.symbol}",
        subject=name,
        component=component(name),
        chain=case.chain(index, winner),
        evidence=(
            evidence.of_request(case, index),
            *evidence.of_observation(case, index),
            Evidence("file", f"{winner.path} is taken: {how}", {"path": winner.path, "rule": winner.rule}),
            *evidence.of_copies(case, better),
        ),
        explanation=f"{case.path_module.basename(module.name)} needs {module.symbol}. The copy of {name} that the "
        "loader chose does not have it; the copy that does is never looked at.",
        explains_error=blame.explains(case, index, (module,)),
        load=index,
    )


def _exporters(case: Case, result: LoadResult, module: Module) -> list[Module]:
    """The modules that should have given `module` the symbol that it lacks.

    Windows binds a symbol to the library that the import directory names with it, ELF a symbol version likewise; an ELF
    symbol may come from anything that is loaded. A forwarder that leads nowhere names none of them.
    """
    if not module.symbol or module.path is None:
        return []
    try:
        image = case.machine.files.image(module.path)
        named = {need.library for need in image.versions_needed if need.version == module.symbol}
        for one in image.imports if case.windows else ():
            if any(describe(symbol) == module.symbol for symbol in one.symbols):
                named.add(with_extension(one.library).lower())
    except (MalformedImage, NotKnown, KeyError):
        return []
    others = [one for one in result.modules if one.path and one.path != module.path]
    if case.windows or named:
        return [one for one in others if named & _names_of(case, one)]
    return others


def _names_of(case: Case, module: Module) -> set[str]:
    names = {case.path_module.basename(module.name), case.path_module.basename(module.path or "")}
    return {with_extension(name).lower() for name in names} if case.windows else names


def _others(case: Case, winner: Module) -> list[Copy]:
    """Other files of that name that this process could map, by their own names: links to the same file are none."""
    name, own = case.path_module.basename(winner.path or winner.name), winner.path or ""
    identity = case.machine.files.identity
    return [copy for copy in case.copies.named(name) if copy.fits and identity(copy.path) != identity(own)]


def _has(case: Case, path: str | None, symbol: str | None) -> bool:
    """Whether the file exports a symbol (`name`, or `ordinal N`) or defines a symbol version."""
    try:
        image = case.machine.files.image(path or "")
        if symbol in image.versions_defined or symbol in image.exports_by_name:
            return True
        return any(f"ordinal {export.ordinal}" == symbol for export in image.exports)
    except (MalformedImage, NotKnown, KeyError):
        return False
