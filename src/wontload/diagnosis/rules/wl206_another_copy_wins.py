"""WL206: another copy of a library wins, and it is not the one that the file was made for."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import blame, evidence
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.grouping import component
from wontload.diagnosis.unbound import Unbound, unbound_of
from wontload.loader import Module

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
    for one in unbound_of(case):
        if one.code == "WL206" and one.winner is not None:
            yield _finding(case, one, one.winner)


def _finding(case: Case, one: Unbound, winner: Module) -> Finding:
    name = case.path_module.basename(winner.path or winner.name)
    how = HOW.get(winner.rule or "", "the search order reaches it first")
    return Finding(
        code="WL206",
        severity=Severity.ERROR if case.is_fatal(one.load) else Severity.WARNING,
        title=f"another {name} wins, and it lacks {one.symbol}",
        subject=name,
        component=component(name),
        chain=case.chain(one.load, winner),
        evidence=(
            evidence.of_request(case, one.load),
            *evidence.of_observation(case, one.load),
            Evidence("file", f"{winner.path} is taken: {how}", {"path": winner.path, "rule": winner.rule}),
            *evidence.of_copies(case, one.better),
        ),
        explanation=f"{case.path_module.basename(one.module.name)} needs {one.symbol}. The copy of {name} that the "
        "loader chose does not have it; the copy that does is never looked at.",
        explains_error=blame.explains(case, one.load, (one.module,)),
        load=one.load,
    )
