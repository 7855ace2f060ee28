"""Generated worlds: the model's verdict, text, paths and order against the real loader's."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, reject, settings

from tests.oracles.glibc.oracle import EarlierLoadDied, both
from tests.oracles.glibc.worlds import World, worlds
from tests.sweep.generated import BATCHES, agree_on_batch

EXAMPLES = int(os.environ.get("WONTLOAD_GLIBC_WORLDS", "150"))
COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True}

pytestmark = pytest.mark.oracle("gcc")


def agree_on(world: World) -> None:
    world.build()
    try:
        predicted, observed = both(
            world.name,
            directory=world.directory,
            environment=world.environment,
            earlier=world.earlier,
            assumed=world.is_assumed,
        )
    except EarlierLoadDied:
        reject()
    assert predicted == observed


@pytest.mark.xdist_group("glibc-worlds")
@settings(max_examples=EXAMPLES, derandomize=EXAMPLES == 150, **COMMON)
@given(world=worlds())
def test_the_model_answers_as_glibc_does(world: World) -> None:
    agree_on(world)


@pytest.mark.sweep
@pytest.mark.parametrize("batch", BATCHES)
def test_the_model_answers_as_glibc_does_at_length(batch: int) -> None:
    agree_on_batch("glibc worlds", batch, worlds(), agree_on)
