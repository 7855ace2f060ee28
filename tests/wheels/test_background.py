"""Work in threads: its results and errors come to whoever asks, and its end waits for what had begun."""

from __future__ import annotations

import sys
import threading

import pytest

from wontload.wheels.background import SWITCH_INTERVAL_S, Background


def test_results_and_errors_come_to_whoever_asks() -> None:
    background = Background(2)
    try:
        works = [background.begin(lambda number=number: 1 // number) for number in (1, 0, 1)]
        assert works[2].result() == works[0].result() == 1
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                works[1].result()
    finally:
        background.end()


def test_its_end_waits_for_what_began_and_drops_the_rest() -> None:
    began, may_end, done = threading.Event(), threading.Event(), []
    background = Background(1)

    def slow() -> None:
        began.set()
        may_end.wait(5)
        done.append("slow")

    background.begin(slow)
    background.begin(lambda: done.append("never"))
    began.wait(5)
    threading.Timer(0.05, may_end.set).start()
    background.end()
    assert done == ["slow"]


def test_the_switch_interval_is_put_back() -> None:
    before = sys.getswitchinterval()
    background = Background(1)
    assert sys.getswitchinterval() == pytest.approx(min(SWITCH_INTERVAL_S, before))
    background.end()
    assert sys.getswitchinterval() == pytest.approx(before)
