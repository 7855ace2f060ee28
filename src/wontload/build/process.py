"""A build's process: every line read as it comes, everything kept in a log, the whole family ended with it."""

from __future__ import annotations

import contextlib
import errno
import os
import queue
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO

from wontload.errors import WontloadError
from wontload.probe.child_process import ended, start

LONGEST_LINE_BYTES = 64 << 10  # compiler command lines have some kilobytes
AFTER_DEATH_S = 0.5  # that the last of the output may take once the process is gone


class CannotLog(WontloadError):
    """The log cannot be written. Exit status 4."""


def run_logged(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    directory: str,
    log: BinaryIO,
    seen: Callable[[str], None],
) -> int:
    """Run `command` to its end; its exit status. An exception on the way (Ctrl-C) ends all that it started.

    Args:
        log: gets every byte as it was written. seen: is told every line.

    Raises:
        OSError: it cannot be started.
        CannotLog: the log's disk is full.
    """
    process = start(command, stderr=subprocess.STDOUT, environment=environment, directory=directory)
    assert process.stdin is not None
    lines = _Lines(seen)
    with ended(process):
        process.stdin.close()
        for data in _arriving(process):
            write_log(log, data)
            lines.take(data)
        return process.wait()


def write_log(log: BinaryIO, data: bytes) -> None:
    """Add to an unbuffered log. Raises `CannotLog`: without the log, nobody could tell why a build failed."""
    try:
        if log.write(data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise CannotLog(
            f"the build's log {log.name} cannot be written: {error.strerror or error}.",
            "Make room there, or name another place in WONTLOAD_STATE_DIR.",
        ) from error


def _arriving(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """What the process and its family write, until it ends: a server that outlives it keeps nobody waiting."""
    arrived: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(process.stdout, arrived), daemon=True).start()
    while True:
        try:
            data = arrived.get(timeout=AFTER_DEATH_S)
        except queue.Empty:
            if process.poll() is not None:
                return
            continue
        if not data:
            return
        yield data


def _read(stream: BinaryIO, arrived: queue.SimpleQueue[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError), stream:
        while data := os.read(stream.fileno(), 1 << 16):
            arrived.put(data)
    arrived.put(b"")


class _Lines:
    """Bytes as they come, told as lines."""

    def __init__(self, seen: Callable[[str], None]) -> None:
        self._seen = seen
        self._rest = b""

    def take(self, data: bytes) -> None:
        *lines, rest = (self._rest + data).replace(b"\r", b"\n").split(b"\n")
        self._rest = rest[-LONGEST_LINE_BYTES:]
        for line in lines:
            self._seen(line[-LONGEST_LINE_BYTES:].decode("utf-8", "replace"))
