"""A child process kept under control: bounded output, a time limit, and nothing of it left running afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from wontload.machine.waiting import wait

TAIL_BYTES = 4096
_AFTER_DEATH_S = 2.0  # that the last of the output may take to arrive once the child is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How it ended: `status` as `subprocess` gives it, `None` when the time limit did it."""

    status: int | None
    output_tail: str


def run(
    command: Sequence[str],
    *,
    timeout_s: float,
    environment: Mapping[str, str] | None,
    directory: str | None,
    meanwhile: Callable[[], object] = lambda: None,
) -> Ended:
    """Run `command` with an empty stdin to its end or to the time limit, then end all that it started.

    `meanwhile`: called once it runs, before it is waited for.

    All three standard streams are pipes: a Windows Python dies at its start without them under some consoles and Wine.

    Raises:
        OSError: it cannot be started.
    """
    process = start(command, stderr=subprocess.STDOUT, environment=environment, directory=directory)
    assert process.stdin is not None
    assert process.stdout is not None
    status: int | None = None
    with contextlib.closing(_Tail(process.stdout)) as tail, ended(process):
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            started = time.monotonic()
            meanwhile()
            status = wait(process, max(0.0, timeout_s - (time.monotonic() - started)))
    return Ended(status=status, output_tail=tail.text())


def start(
    command: Sequence[str], *, stderr: int, environment: Mapping[str, str] | None, directory: str | None
) -> subprocess.Popen[bytes]:
    """Start a child with pipes, at the head of a session of its own. `stderr`: `subprocess`' PIPE or STDOUT.

    Raises:
        OSError: it cannot be started.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        cwd=directory,
        env=None if environment is None else dict(environment),
        start_new_session=sys.platform != "win32",
    )


@contextlib.contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[Callable[[], None]]:
    """See to it that nothing of a child that `start` made is left at the end of `with`, nor of all that it started.

    Yields what ends them before that, from any thread.
    """
    family = _Family(process.pid)

    def end() -> None:
        family.end()
        process.kill()

    try:
        yield end
    finally:
        end()
        process.wait()


class _Tail:
    """Reads a stream to its end and keeps the last `TAIL_BYTES`; so the child never waits for a full pipe."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._kept = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(self._stream.fileno(), 65536):
                self._kept = (self._kept + data)[-TAIL_BYTES:]

    def close(self) -> None:
        self._thread.join(_AFTER_DEATH_S)
        if not self._thread.is_alive():  # else somebody who left the family still holds the other end
            self._stream.close()

    def text(self) -> str:
        return self._kept.decode("utf-8", "replace").replace("\r\n", "\n")


if sys.platform == "win32":
    try:
        import ctypes
    except ImportError:  # this tool runs where native code is broken: then the child alone is ended
        ctypes = None  # type: ignore[assignment]

    _PROCESS_SET_QUOTA, _PROCESS_TERMINATE = 0x0100, 0x0001  # what AssignProcessToJobObject asks for

    class _Family:
        """A job object: everything that the child starts belongs to it (Microsoft, "Job Objects")."""

        def __init__(self, process_id: int) -> None:
            self._job = None
            if ctypes is None:
                return
            self._kernel32 = ctypes.WinDLL("kernel32")
            for name in ("CreateJobObjectW", "OpenProcess"):
                getattr(self._kernel32, name).restype = ctypes.c_void_p
            self._job = ctypes.c_void_p(self._kernel32.CreateJobObjectW(None, None))
            process = self._kernel32.OpenProcess(_PROCESS_SET_QUOTA | _PROCESS_TERMINATE, False, process_id)
            if process:
                self._kernel32.AssignProcessToJobObject(self._job, ctypes.c_void_p(process))
                self._kernel32.CloseHandle(ctypes.c_void_p(process))

        def end(self) -> None:
            """End all that is left of it."""
            job, self._job = self._job, None  # a handle is closed once: its number may be another's by then
            if job is not None:
                self._kernel32.TerminateJobObject(job, 1)
                self._kernel32.CloseHandle(job)

else:

    class _Family:
        """A session and process group of its own."""

        def __init__(self, process_id: int) -> None:
            self._group = process_id

        def end(self) -> None:
            """End all that is left of it."""
            with contextlib.suppress(OSError):
                os.killpg(self._group, signal.SIGKILL)
