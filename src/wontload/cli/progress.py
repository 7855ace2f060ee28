"""A line on standard error while something takes more than a second; nothing in a pipe, and nothing is left behind."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_S = 1.0  # what is quicker than this needs no explanation
REFRESH_S = 0.5


@contextmanager
def waiting(what: str | Callable[[], str], *, enabled: bool = True) -> Iterator[None]:
    """Show `what` (or its answer) with the seconds gone, from the first second on, on a terminal only."""
    if not enabled or not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_show, args=(what, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _show(what: str | Callable[[], str], done: threading.Event) -> None:
    begin = time.monotonic()
    if done.wait(PATIENCE_S):
        return
    longest = 0
    while not done.is_set():
        line = f"{what if isinstance(what, str) else what()} ({time.monotonic() - begin:.0f} s; Ctrl-C stops)"
        longest = max(longest, len(line))
        sys.stderr.write("\r" + line.ljust(longest))
        sys.stderr.flush()
        done.wait(REFRESH_S)
    sys.stderr.write("\r" + " " * longest + "\r")
    sys.stderr.flush()
