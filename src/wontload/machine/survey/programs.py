"""Running a program of the system for its answer: bounded in time and size, and never in the way."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wontload.machine.waiting import wait

MOST_BYTES = 8 << 20  # vswhere with every package of an instance answers with one or two MB
NO_WINDOW = 0x08000000  # CREATE_NO_WINDOW: a console program would open one for a moment


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program said: its exit status (`None`: the time limit ended it), and its standard output or error."""

    status: int | None
    output: str
    errors: str = ""


def run(command: Sequence[str], *, timeout_s: float, environment: Mapping[str, str] | None = None) -> Answer:
    """Run `command` with nothing to read, and give what it wrote.

    It writes into files and not into pipes: what it leaves running behind it then keeps nobody waiting.

    Raises:
        OSError: it cannot be started.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            env=None if environment is None else dict(environment),
            creationflags=NO_WINDOW if os.name == "nt" else 0,
            start_new_session=os.name != "nt",
        )
        status: int | None = None
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                status = wait(process, timeout_s)
        finally:  # also at Ctrl-C, which a session of its own does not hear
            if status is None:
                _end(process)
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read(MOST_BYTES).decode("utf-8", "replace"))
    return Answer(status, *texts)


def _end(process: subprocess.Popen[bytes]) -> None:
    """The child, and on POSIX whatever it started: they share a session of their own."""
    if sys.platform == "win32":
        process.kill()
    else:
        import signal

        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
    process.wait()
