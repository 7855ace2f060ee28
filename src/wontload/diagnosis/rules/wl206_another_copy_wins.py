"""WL206: another copy of a library wins, and it is not the one that the file was made for."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.binary import MalformedImage
from wontload.diagnosis import evidence
from wontload.diagnosis.case import Case
from wontload.diagnosis.copies import Copy
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.loader import LoadResult, Module
from wontload.machine import NotKnown

HOW = {
    "already_loaded": "it was in the process already, and a module's name is taken once",
    "system32": "System32 comes before it in the search order",
    "path_variable": "PATH names its directory first",
    "ld_library_path": "LD_LIBRARY_PATH names its directory first",
    "rpath": "the RPATH names its directory first",
    "runpath": "the RUNPATH names its directory first",
    "ld_so_cache": "the loader's cache names it",
}


def another_copy_wins(case: Case) -> Iterator[Finding]:
    """A symbol is missing from the copy that the loader took, and another copy on this machine has it.

    With no other copy that has the symbol, the library is simply too old or too new (WL301 to WL305).
    """
    for index, result in case.failed_results:
        for module in result.modules:
            if not module.symbol:
                continue
            for winner in _exporters(result, module):
                better = [copy for copy in _others(case, winner) if _has(case, copy.path, module.symbol)]
                if better and not _has(case, winner.path or "", module.symbol):
                    yield _finding(case, index, module, winner, better)
                    break


def _finding(case: Case, index: int, module: Module, winner: Module, better: list[Copy]) -> Finding:
    name = case.path_module.basename(winner.path or winner.name)
    fatal = case.is_fatal(index)
    how = HOW.get(winner.rule or "", "the search order reaches it first")
    return Finding(
        code="WL206",
        severity=Severity.ERROR if fatal else Severity.WARNING,
        title=f"another {name} wins, and it lacks {module.symbol}",
        subject=name,
        chain=case.chain(index, winner),
        evidence=(
            evidence.of_request(case, index),
            *evidence.of_observation(case, index),
            Evidence("file", f"{winner.path} is taken: {how}", {"path": winner.path, "rule": winner.rule}),
            *evidence.of_copies(case, better),
        ),
        explanation=f"{case.path_module.basename(module.name)} takes {module.symbol} from {name}. The copy that the "
        "loader chose does not have it; the copy that does is never looked at.",
        explains_error=fatal,
        load=index,
    )


def _exporters(result: LoadResult, module: Module) -> list[Module]:
    """The modules that `module` takes symbols from, the one that its import directory names first."""
    return [one for one in result.modules if one.path and one.path != module.path]


def _others(case: Case, winner: Module) -> list[Copy]:
    name = case.path_module.basename(winner.path or winner.name)
    own = case.copies.fold(winner.path or "")
    return [copy for copy in case.copies.named(name) if case.copies.fold(copy.path) != own and copy.architecture]


def _has(case: Case, path: str, symbol: str) -> bool:
    """Whether the file exports a symbol (`name`, or `#ordinal`) or defines a symbol version."""
    try:
        image = case.machine.files.image(path)
        if symbol in image.versions_defined or symbol in image.exports_by_name:
            return True
        return symbol.startswith("#") and any(f"#{export.ordinal}" == symbol for export in image.exports)
    except (MalformedImage, NotKnown, KeyError):
        return False
