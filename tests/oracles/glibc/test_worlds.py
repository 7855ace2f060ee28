"""Generated worlds: the model's verdict, text, paths and order against the real loader's."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, reject, settings

from tests.oracles.glibc.oracle import EarlierLoadDied, both
from tests.oracles.glibc.worlds import World, worlds

EXAMPLES = int(os.environ.get("WONTLOAD_GLIBC_WORLDS", "60"))
AT_LENGTH = int(os.environ.get("WONTLOAD_SWEEP_WORLDS", "5000"))
COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True}

pytestmark = [pytest.mark.oracle("gcc"), pytest.mark.xdist_group("glibc-worlds")]


def agree_on(world: World) -> None:
    world.build()
    try:
        predicted, observed = both(
            world.name, directory=world.directory, environment=world.environment, earlier=world.earlier
        )
    except EarlierLoadDied:
        reject()
    assert predicted == observed


@settings(max_examples=EXAMPLES, derandomize=EXAMPLES == 60, **COMMON)
@given(world=worlds())
def test_the_model_answers_as_glibc_does(world: World) -> None:
    agree_on(world)


@pytest.mark.sweep
@pytest.mark.timeout(9000)
@settings(max_examples=AT_LENGTH, database=None, **COMMON)
@given(world=worlds())
def test_the_model_answers_as_glibc_does_at_length(world: World) -> None:
    agree_on(world)
