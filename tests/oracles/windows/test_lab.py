"""The lab itself: what a dying Windows process is taken for."""

from __future__ import annotations

import pytest

from tests.oracles.windows.world import Crashed, Dll, World

pytestmark = pytest.mark.oracle("wine", "mingw")

WORLD = World({("lib", "a.dll"): Dll()}, r"{lib}\a.dll")


def test_a_process_that_died_once_is_replaced_and_said(lab):
    lab.stop()
    lab.process = lab.windows.start([lab.python.exe, "-c", "raise SystemExit(3)"])
    with pytest.warns(UserWarning, match="status 3"):
        predicted, observed = lab.outcomes(WORLD)
    assert predicted == observed


def test_a_world_that_kills_every_process_is_a_crash(lab, monkeypatch):
    lab.stop()
    start = lab.windows.start
    monkeypatch.setattr(
        type(lab.windows), "start", lambda win, command: start([*command[:-1], "import os; os._exit(7)"])
    )
    with pytest.raises(Crashed, match=r"just started, it ended with status 7.*just started, it ended with status 7"):
        lab.outcomes(WORLD)


def test_a_world_that_waits_for_ever_is_given_up(lab, monkeypatch):
    lab.stop()
    monkeypatch.setattr(lab, "limit_s", 5)
    lab.process = lab.windows.start([lab.python.exe, "-c", "import time; time.sleep(600)"])
    with pytest.raises(Crashed, match="within 5 s"):
        lab.outcomes(WORLD)
    assert lab.process is None
