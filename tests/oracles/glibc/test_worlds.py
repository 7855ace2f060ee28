"""Generated worlds: the model's verdict, text, paths and order against the real loader's."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, reject, settings

from tests.oracles.glibc.oracle import EarlierLoadDied, both
from tests.oracles.glibc.worlds import World, worlds

EXAMPLES = int(os.environ.get("WONTLOAD_GLIBC_WORLDS", "60"))


@pytest.mark.oracle("gcc")
@pytest.mark.xdist_group("glibc-worlds")
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=EXAMPLES == 60)
@given(world=worlds())
def test_the_model_answers_as_glibc_does(world: World) -> None:
    world.build()
    try:
        predicted, observed = both(
            world.name, directory=world.directory, environment=world.environment, earlier=world.earlier
        )
    except EarlierLoadDied:
        reject()
    assert predicted == observed
