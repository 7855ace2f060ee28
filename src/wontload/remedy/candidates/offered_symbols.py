"""`scoped-path`, offering symbols: a library of the package's own that nothing names is mapped for all (ELF).

A module that was linked without the library it takes from needs that in the process, with its symbols offered to all
(RTLD_GLOBAL); another module of the package often saw to it once. Source: dlopen(3), RTLD_GLOBAL.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wontload.diagnosis.unbound import has, unbound_of
from wontload.machine.files import NATIVE_SUFFIX
from wontload.remedy.candidates.scoped_path import shim_site, shim_steps
from wontload.remedy.change import Change, changed_machine, failed_preloads
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import Proof, missing_in, must_load, prove

if TYPE_CHECKING:
    from wontload.diagnosis import Case
    from wontload.remedy.candidates import Question

MOST_FILES = 200  # of the package, that are asked for a symbol
MOST_SYMBOLS = 8  # found one after the other: a loader names the first that it misses


def offered_symbols(question: Question) -> Iterator[Fix]:
    """Where the files of the user's own package define all that is missing, and the load succeeds with them."""
    case, package = question.case, question.package
    unbound = [one for one in unbound_of(case) if one.load in must_load(case)]
    # Where a copy that has it was passed by, its place is the matter (WL206).
    lost = [one for one in unbound if not (one.is_version or one.better) and one.module.path]
    if case.machine.system.name != "linux" or package is None or shim_site(question) is None or not lost:
        return
    found = _mapped_for_all(case, str(lost[0].module.path), lost[0].symbol)
    if found is not None:
        change, proof = found
        names = ", ".join(case.path_module.basename(path) for path in change.preload)
        yield Fix(
            id="scoped-path",
            kind="scoped-path",
            title=f"map {names} before {package} is imported, its symbols offered to all, in this environment only",
            steps=shim_steps(question, change),
            change=change,
            proof=proof,
            reach=Reach.PACKAGE,
            caveat="what is loaded later may take its symbols, too",
        )


def _mapped_for_all(case: Case, user: str, symbol: str) -> tuple[Change, Proof] | None:
    """Libraries that define the symbol, and what these lack in turn, which is mapped before them; `None`: not all."""
    files, chosen = tuple(_own_files(case, user)), Change()
    for _ in range(MOST_SYMBOLS):
        found = next((path for path in files if path not in chosen.preload and has(case, path, symbol)), None)
        if found is None:
            return None
        chosen = Change(preload=(found, *chosen.preload), everywhere=True)
        proof = prove(case, chosen)
        if proof.works:
            return chosen, proof
        missed = next(_missed(case, chosen, proof), None)
        if missed is None:
            return None
        symbol = missed
    return None


def _missed(case: Case, change: Change, proof: Proof) -> Iterator[str]:
    """Symbols that the libraries themselves lack, which are then not mapped; then those of the loads."""
    machine = changed_machine(case.machine, change)
    starts = [case.start] if case.start else [case.loads[index].request.process for index in must_load(case)]
    failed = [
        one for start in starts for result in failed_preloads(machine, change, start) for one in missing_in(result)
    ]
    yield from (one.symbol for one in (*failed, *proof.still_missing) if one.symbol)


def _own_files(case: Case, user: str) -> Iterator[str]:
    """Shared objects beside the user of the symbol, and those that its distribution lists."""
    directory = case.path_module.dirname(user)
    beside = (case.path_module.join(directory, name) for name in sorted(case.machine.files.listing(directory) or ()))
    lists = [one for one in case.machine.inventory.distributions or () if any(file.path == user for file in one.files)]
    recorded = (file.path for one in lists for file in one.files)
    found = dict.fromkeys(path for path in (*beside, *recorded) if NATIVE_SUFFIX.search(path) and path != user)
    yield from list(found)[:MOST_FILES]
