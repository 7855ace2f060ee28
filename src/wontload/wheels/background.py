"""Work that threads do while the caller does something else: zlib and hashlib let others run meanwhile.

As `concurrent.futures`, which a program that should answer within a second cannot afford to import.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
# A thread that comes back from zlib waits for one that runs Python until this has passed; 5 ms, as is usual, is some
# ten times what it was in zlib for.
SWITCH_INTERVAL_S = 0.0005


class Work(Generic[T]):
    """One piece of work. `result` waits for it, and raises what it raised."""

    def __init__(self, todo: Callable[[], T]) -> None:
        self._todo = todo
        self._done = threading.Lock()
        self._done.acquire()
        self._result: Any = None
        self._error: BaseException | None = None

    def do(self) -> None:
        """Do it, once, whatever comes of it."""
        try:
            self._result = self._todo()
        except BaseException as error:  # whoever asks for the result gets it
            self._error = error
        self._done.release()

    def result(self) -> T:
        """What came of it."""
        with self._done:
            if self._error is not None:
                raise self._error
            found: T = self._result
            return found


class Background:
    """Threads that do the work that they are given, in that order."""

    def __init__(self, threads: int) -> None:
        self._waiting: queue.SimpleQueue[Work[Any] | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(threads)]
        self._interval_s = sys.getswitchinterval()
        sys.setswitchinterval(min(SWITCH_INTERVAL_S, self._interval_s))
        for thread in self._threads:
            thread.start()

    def begin(self, todo: Callable[[], T]) -> Work[T]:
        """Have something done."""
        work = Work(todo)
        self._waiting.put(work)
        return work

    def end(self) -> None:
        """Give up what has not begun, and wait for what has."""
        while True:
            try:
                self._waiting.get_nowait()
            except queue.Empty:
                break
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()
        sys.setswitchinterval(self._interval_s)

    def _serve(self) -> None:
        while work := self._waiting.get():
            work.do()
