"""Many waits at once, with one end for all: threads that a hanging server cannot keep the program from ending."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
MOST_AT_ONCE = 16
TICK_S = 0.2  # how long a Ctrl-C may go unnoticed


def concurrently(
    jobs: Sequence[Callable[[], T]], *, at_once: int = MOST_AT_ONCE, patience_s: float
) -> Iterator[tuple[int, T | BaseException]]:
    """Run every job, and yield (its index, its result or the exception that it raised) as each is done.

    A job that is not done when `patience_s` have passed yields a `TimeoutError`, and its thread is left to itself:
    threads are daemons, so that neither they nor a Ctrl-C wait for a server that never answers.
    """
    waiting: queue.SimpleQueue[int | None] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, T | BaseException]] = queue.SimpleQueue()
    for index in range(len(jobs)):
        waiting.put(index)

    def work() -> None:
        while True:
            try:
                index = waiting.get_nowait()
            except queue.Empty:
                return
            if index is None:
                return
            try:
                done.put((index, jobs[index]()))
            except BaseException as error:  # handed to the caller
                done.put((index, error))

    for _ in range(min(at_once, len(jobs))):
        threading.Thread(target=work, daemon=True).start()
    left = set(range(len(jobs)))
    end = time.monotonic() + patience_s
    try:
        while left and (wait := end - time.monotonic()) > 0:
            try:
                index, result = done.get(timeout=min(wait, TICK_S))
            except queue.Empty:
                continue
            left.discard(index)
            yield index, result
        for index in sorted(left):
            yield index, TimeoutError(f"no answer within {patience_s:.0f} s")
    finally:
        while not waiting.empty():  # nobody wants the rest any more
            try:
                waiting.get_nowait()
            except queue.Empty:
                break
