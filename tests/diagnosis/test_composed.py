"""Machines with two or three faults: what explains the error stands first, and after its fix the next one does."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest

from tests.support.faults import LINUX_FAULTS, WINDOWS_FAULTS, Composed, Fault, Stage, on_linux, on_windows

COUNT = 30  # machines of each system


def fit_together(faults: tuple[Fault, ...]) -> bool:
    """Whether each is a cause of its own: there is one library to be spoilt, and one system with one runtime."""
    own = [fault for fault in faults if fault.stage is Stage.ROOT]
    whole = [fault.code for fault in faults if fault.code in ("WL305", "WL307", "WL302", "WL303", "WL306", "WL209")]
    return len(own) < 2 and len(set(whole)) == len(whole)


def draw(faults: tuple[Fault, ...], seed: int) -> list[tuple[Fault, ...]]:
    """Pairs, one with each fault to begin with, and half as many triples; each once."""
    random = Random(seed)
    pairs = [one for one in permutations(faults, 2) if fit_together(one)]
    triples = [one for one in permutations(faults, 3) if fit_together(one)]
    random.shuffle(pairs)
    found = [next(one for one in pairs if fault in one) for fault in faults]
    found = list(dict.fromkeys([*found, *pairs]))[: COUNT * 2 // 3]
    return found + random.sample(triples, COUNT // 3)


MACHINES = [
    *((on_windows, faults) for faults in draw(WINDOWS_FAULTS, 5)),
    *((on_linux, faults) for faults in draw(LINUX_FAULTS, 5)),
]


def walk(composed: Composed) -> None:
    machine = composed.machine
    for fault, made in composed.turns:
        answer = composed.ask(machine)
        first = answer.findings[0]
        assert (first.code, first.explains_error, made.subject in (first.subject, *first.also)) == (
            fault.code,
            True,
            True,
        ), [(one.code, one.subject, one.explains_error) for one in answer.findings]
        assert answer.verdict == "fails"
        machine = composed.mend(machine, made)
    assert composed.ask(machine).verdict == "loads"


@pytest.mark.parametrize(
    ("build", "faults"),
    MACHINES,
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else value.__name__,
)
def test_the_cause_of_the_error_stands_first_and_the_next_after_its_fix(build, faults):
    walk(build(faults))


def test_there_are_sixty():
    assert len(MACHINES) == 60
    assert len({(build, faults) for build, faults in MACHINES}) == 60


@pytest.mark.parametrize(("build", "faults"), [(on_windows, WINDOWS_FAULTS), (on_linux, LINUX_FAULTS)])
def test_every_fault_alone(build, faults):
    for fault in faults:
        composed = build((fault,))
        answer = composed.ask(composed.machine)
        assert [(one.code, one.explains_error) for one in answer.findings] == [(fault.code, True)], fault
        walk(composed)
