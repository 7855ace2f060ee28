"""What `LoadLibraryExW` would do: `load(machine, request) -> LoadResult`.

Start with `rules.py`: the directories, each a small function with its source, and the order they make. `flags.py` says
which flags are in force, `before.py` what is consulted before any directory, `search.py` goes from a name to a file,
`candidates.py` judges one file, `walk.py` maps a file with all that it needs, `symbols.py` binds procedures.

Not modelled: activation contexts that a program makes, package graphs, what a `DllMain` does (1114 is seen, never
foreseen).
docs/loaders.md lists every rule, and what no real loader has confirmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wontload.loader.result import LoadResult, Module, Status, Verdict
from wontload.loader.windows import wine
from wontload.loader.windows.candidates import ERROR_INVALID_PARAMETER, ERROR_NOACCESS
from wontload.loader.windows.delayed import judge_delayed
from wontload.loader.windows.flags import contradiction
from wontload.loader.windows.rules import load_of, with_flags
from wontload.loader.windows.search import resolve
from wontload.loader.windows.walk import Walk
from wontload.machine import LoadRequest, Machine

__all__ = ["load"]


def load(machine: Machine, request: LoadRequest) -> LoadResult:
    """Work out one load: verdict, error number, every module with its path, and what was tried."""
    if (refusal := contradiction(request, machine.system)) is not None:
        return _invalid(request, refusal)
    own = load_of(machine, request.process, request.flags, request.name)
    walk = Walk(own)
    walk.run()
    error = _first_error(walk.modules)
    if not error:
        error = _initialise(walk)
    modules = tuple(walk.modules) + tuple(judge_delayed(walk))
    if error:
        verdict = Verdict.FAILS
    else:
        verdict = Verdict.UNDETERMINED if walk.unsettled else Verdict.LOADS
    return LoadResult(
        request=request,
        verdict=verdict,
        error={Verdict.FAILS: error, Verdict.LOADS: 0}.get(verdict),
        modules=modules,
        search_order=own.search_order,
        would_settle=tuple(dict.fromkeys(walk.unsettled)) if verdict is Verdict.UNDETERMINED else (),
    )


def _initialise(walk: Walk) -> int | None:
    """Refuse the modules in which no initialiser can run, and give the error; else add what initialisers map.

    Those of Windows map nothing that would be known; some of Wine's do. What runs where nothing is raises an exception
    (Microsoft, "Data Execution Prevention"), which a load ends in as 998: "System Error Codes", ERROR_NOACCESS.
    Oracle: tests/oracles/windows/test_entry_points.py
    """
    failing = [index for index, module in enumerate(walk.modules) if walk.entry_defect(module)]
    for index in failing:
        module = walk.modules[index]
        reason = walk.entry_defect(module)
        walk.modules[index] = replace(module, status=Status.REFUSED, reason=reason, error=ERROR_NOACCESS)
    if failing:
        return ERROR_NOACCESS
    for module in walk.modules:  # it grows while they are initialised
        if (name := wine.maps(module, walk.images, walk.load.machine.system)) is not None:
            answer = resolve(with_flags(walk.load, 0, first_name=""), name, walk.loaded)
            if answer.status is Status.LOADED:
                walk.take(answer, module.path, walk.load)
    return None


def _first_error(modules: Sequence[Module]) -> int | str | None:
    """The error that ends the load: Windows maps everything before it binds symbols, so absent files come first.

    That order is believed; it decides between 126 and 127 only where a load has both faults.
    """
    errors = [(module.symbol is not None, module.error) for module in modules if module.error]
    return next((error for _, error in sorted(errors, key=lambda pair: pair[0])), None)


def _invalid(request: LoadRequest, refusal: str) -> LoadResult:
    """The call itself is wrong: nothing is searched."""
    module = Module(
        name=request.name,
        path=None,
        status=Status.REFUSED,
        needed_by=None,
        reason=refusal,
        error=ERROR_INVALID_PARAMETER,
    )
    return LoadResult(request=request, verdict=Verdict.FAILS, error=ERROR_INVALID_PARAMETER, modules=(module,))
