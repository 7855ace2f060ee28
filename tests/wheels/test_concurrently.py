"""Many waits at once: results as they come, errors as values, nobody waited for longer than agreed."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from wontload.wheels.concurrently import concurrently


def test_each_job_yields_its_result_or_its_error():
    def fail() -> int:
        raise KeyError("x")

    answers = dict(concurrently([lambda: 1, fail, lambda: 3], patience_s=20))
    assert (answers[0], answers[2]) == (1, 3)
    assert isinstance(answers[1], KeyError)
    assert list(concurrently([], patience_s=1)) == []


def test_no_more_than_so_many_run_at_once():
    running, most, lock = [0], [0], threading.Lock()

    def job() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        threading.Event().wait(0.02)
        with lock:
            running[0] -= 1

    assert len(list(concurrently([job] * 12, at_once=3, patience_s=20))) == 12
    assert most[0] <= 3


def test_a_job_that_hangs_is_left_behind_and_the_program_ends():
    script = (
        "import time; from wontload.wheels.concurrently import concurrently\n"
        "print([type(r).__name__ for _, r in concurrently([lambda: time.sleep(600)], patience_s=0.2)])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.strip() == "['TimeoutError']"


def test_an_interrupted_caller_takes_no_further_jobs():
    begun: list[int] = []
    go_on = threading.Event()

    def job(number: int) -> None:
        begun.append(number)
        go_on.wait(20)

    answers = concurrently([lambda n=n: job(n) for n in range(50)], at_once=2, patience_s=20)  # type: ignore[misc]
    with pytest.raises(KeyboardInterrupt):
        answers.throw(KeyboardInterrupt)
    answers = concurrently([lambda: 1, *[lambda n=n: job(n) for n in range(50)]], at_once=1, patience_s=20)  # type: ignore[misc]
    assert next(answers) == (0, 1)
    answers.close()
    go_on.set()
    assert len(begun) <= 2
