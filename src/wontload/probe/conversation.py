"""A child process that tells what it does line by line, and waits after each line until it is let go on."""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import IO

from wontload.probe.child_process import Ended, ended, start

LONGEST_LINE = 1 << 20  # bytes: what is longer is no line of ours
LONGEST_PRINTED, MOST_KEPT, LAST_LINES = 4096, 1000, 40  # bytes of a line; lines


def converse(
    command: Sequence[str],
    answer: Callable[[bytes, int], None],
    *,
    keep: re.Pattern[bytes],
    timeout_s: float,
    environment: Mapping[str, str] | None,
    directory: str | None,
) -> tuple[Ended, tuple[str, ...]]:
    """Run `command`, and call `answer` with each line of its standard output and its process id; then it goes on.

    Args:
        command: what it runs reads one byte of standard input after each line that it writes.
        answer: called in this thread. keep: lines of standard error to be kept. timeout_s: for the whole.
        environment, directory: of the child.

    Returns:
        How it ended, with the last of what it printed to standard error, and the lines kept.

    Raises:
        OSError: it cannot be started. Whatever `answer` raises; the child and all it started are then ended.
    """
    process = start(command, stderr=subprocess.PIPE, environment=environment, directory=directory)
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None  # noqa: PT018
    late = threading.Event()
    status: int | None = None
    try:
        with contextlib.closing(_Printed(process.stderr, keep)) as printed, ended(process) as end:

            def too_late() -> None:
                late.set()
                end()

            timer = threading.Timer(timeout_s, too_late)
            timer.daemon = True
            timer.start()
            try:
                while line := process.stdout.readline(LONGEST_LINE):
                    answer(line, process.pid)
                    with contextlib.suppress(OSError):  # it is gone: the next read says so
                        process.stdin.write(b"\n")
                        process.stdin.flush()
                status = process.wait()
            finally:
                timer.cancel()
    finally:
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                stream.close()
    kept = tuple(line.decode("utf-8", "replace").rstrip() for line in printed.kept)
    return Ended(status=None if late.is_set() else status, output_tail=printed.text()), kept


class _Printed:
    """Reads a stream to its end, so that the child never waits for a full pipe.

    Lines that match `keep` are kept, in order and up to a number; of all others, the last ones.
    """

    def __init__(self, stream: IO[bytes], keep: re.Pattern[bytes]) -> None:
        self._stream, self._keep = stream, keep
        self.kept: list[bytes] = []
        self._last: deque[bytes] = deque(maxlen=LAST_LINES)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while line := self._stream.readline(LONGEST_PRINTED):
                if self._keep.search(line) and len(self.kept) < MOST_KEPT:
                    self.kept.append(line)
                else:
                    self._last.append(line)

    def close(self) -> None:
        self._thread.join(2.0)
        if not self._thread.is_alive():  # else somebody who left the family still holds the other end
            self._stream.close()

    def text(self) -> str:
        return b"".join(self._last).decode("utf-8", "replace").replace("\r\n", "\n")
