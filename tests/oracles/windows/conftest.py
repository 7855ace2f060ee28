from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.oracles.windows.world import Lab, World


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    from tests.support.windows import windows

    win = windows()
    root = win.drive / f"worlds {os.getpid()}"
    with win.python("oracle") as python:
        lab = Lab(win, python, root)
        yield lab
        lab.stop()
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def agree(lab: Lab):
    """Assert that the model and Wine agree on a world; gives back what they agree on."""

    def check(world: World):
        predicted, observed = lab.outcomes(world)
        assert predicted == observed
        return observed

    return check
