"""The proof of a fix: every load that the target was seen to ask for, worked out on the machine as it would be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wontload.diagnosis import Case
from wontload.diagnosis.delayed import ended_by_a_call, missing_when_called, would_fail
from wontload.loader import LoadResult, Module, Status, Verdict, load
from wontload.remedy.change import Change, changed_machine, changed_request


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the model says before and after.

    Attributes:
        before, after: of each load that failed (and each that loaded and that the change might spoil), in order; pairs
            by position. `before` is the model's answer, which the diagnosis has held against what was seen.
        spoilt: loads that did well before and would not afterwards.
        called: names of delay-loaded libraries that must be found when they are called, since such a call ended it.
        refused: why the import would end before it loads anything, one clause; empty where it would not.
    """

    before: tuple[LoadResult, ...]
    after: tuple[LoadResult, ...]
    spoilt: tuple[LoadResult, ...] = ()
    called: frozenset[str] = frozenset()
    refused: str = ""

    @property
    def works(self) -> bool | None:
        """Whether all of them load; `None` when the model does not decide."""
        fails = any(one.verdict is Verdict.FAILS or any(self._missed(one)) for one in self.after)
        if self.refused or self.spoilt or fails:
            return False
        return True if all(one.verdict is Verdict.LOADS for one in self.after) and self.after else None

    @property
    def still_missing(self) -> tuple[Module, ...]:
        """What would be missing or refused next, in load order, each name once."""
        found: dict[str, Module] = {}
        for result in self.after:
            for module in (*missing_in(result), *self._missed(result)):
                found.setdefault(module.name, module)
        return tuple(found.values())

    def _missed(self, result: LoadResult) -> Iterator[Module]:
        return (one for one in result.modules if one.name in self.called and would_fail(one))


def missing_in(result: LoadResult) -> Iterator[Module]:
    """The modules for which a load fails, in load order."""
    for module in result.modules:
        if module.error and module.status in (Status.MISSING, Status.REFUSED):
            yield module


def gets_further(proof: Proof) -> bool:
    """Whether a load that still fails fails for something else than before.

    A library that was refused and is nowhere now is no progress.
    """
    if proof.works is not False or proof.refused or proof.spoilt or not proof.after:
        return False
    failed = {one.name for result in proof.before for one in missing_in(result)}
    if any(one.name in failed and one.path is None for result in proof.after for one in missing_in(result)):
        return False
    return not proof.before or _failing(proof.before).isdisjoint(_failing(proof.after))


def _failing(results: Sequence[LoadResult]) -> set[tuple[object, ...]]:
    """What fails: a module; of one that lacks a symbol, also which files were there to give it."""
    return {
        (one.name, one.path, one.symbol, frozenset(each.path for each in result.modules) if one.symbol else None)
        for result in results
        for one in missing_in(result)
    }


def prove(case: Case, change: Change, loads: Sequence[int] | None = None) -> Proof:
    """Work out the loads of a case with a change laid over its machine.

    Args:
        case: with the loads as they were seen. change: what would be different.
        loads: indices of those that must load; `None`: those that ended the import, else all that fail.
    """
    wanted = tuple(loads) if loads is not None else must_load(case)
    machine = changed_machine(case.machine, change)
    after, before = [], []
    for index in wanted:
        one = case.loads[index]
        before.append(one.simulated or load(case.machine, one.request))
        after.append(load(machine, changed_request(machine, one.request, change, case.start)))
    kept = _that_count(case, wanted, after)
    before, after = [before[one] for one in kept], [after[one] for one in kept]
    called = frozenset(module.name for _, module in missing_when_called(case)) if ended_by_a_call(case) else frozenset()
    return Proof(before=tuple(before), after=tuple(after), spoilt=tuple(_spoilt(case, change, wanted)), called=called)


def _that_count(case: Case, wanted: Sequence[int], after: Sequence[LoadResult]) -> list[int]:
    """Positions of the loads that must succeed: one in whose place another brings the library need not."""
    loaded = {index for index, result in zip(wanted, after, strict=True) if result.verdict is Verdict.LOADS}
    return [at for at, index in enumerate(wanted) if index in loaded or loaded.isdisjoint(case.alternatives(index))]


def must_load(case: Case) -> tuple[int, ...]:
    """Loads that a fix must mend: those that ended the import, or whose delayed library did; else all that fail."""
    if ended_by_a_call(case) and not case.fatal_loads:
        return tuple(dict.fromkeys(index for index, _ in missing_when_called(case)))
    return case.fatal_loads or tuple(index for index in range(len(case.loads)) if case.load_failed(index))


def _spoilt(case: Case, change: Change, wanted: Sequence[int]) -> Iterator[LoadResult]:
    machine = changed_machine(case.machine, change)
    for index, one in enumerate(case.loads):
        if index in wanted or one.simulated is None or one.simulated.verdict is not Verdict.LOADS:
            continue
        result = load(machine, changed_request(machine, one.request, change, case.start))
        if result.verdict is Verdict.FAILS:
            yield result
