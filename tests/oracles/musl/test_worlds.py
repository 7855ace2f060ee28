"""Generated worlds: the model's verdict, text, paths and order against the real loader's."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, reject, settings

from tests.oracles.musl.oracle import EarlierLoadDied, both
from tests.oracles.musl.worlds import MuslWorld, musl_worlds
from tests.sweep.generated import BATCHES, agree_on_batch

pytestmark = pytest.mark.oracle("gcc", "musl")
EXAMPLES = int(os.environ.get("WONTLOAD_MUSL_WORLDS", "150"))


def agree_on(case: MuslWorld) -> None:
    world = case.world
    world.build()
    try:
        predicted, observed = both(
            world.name,
            directory=world.directory,
            environment=world.environment,
            earlier=world.earlier,
            program=case.program,
            assumed=world.is_assumed,
        )
    except EarlierLoadDied:
        reject()
    assert predicted == observed


@pytest.mark.xdist_group("glibc-worlds")
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=EXAMPLES == 150)
@given(case=musl_worlds())
def test_the_model_answers_as_musl_does(case: MuslWorld) -> None:
    agree_on(case)


@pytest.mark.sweep
@pytest.mark.parametrize("batch", BATCHES)
def test_the_model_answers_as_musl_does_at_length(batch: int) -> None:
    agree_on_batch("musl worlds", batch, musl_worlds(), agree_on)
