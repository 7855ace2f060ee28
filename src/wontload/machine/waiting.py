"""Waiting for a child process with a time limit, without looking every twentieth of a second whether it has ended."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys


def wait(process: subprocess.Popen[bytes], timeout_s: float) -> int:
    """Its status, as soon as it has ended. `Popen.wait` with a time limit looks every twentieth of a second (CPython).

    Raises:
        subprocess.TimeoutExpired: it has not ended.
    """
    if sys.platform == "linux" and hasattr(os, "pidfd_open"):
        with contextlib.suppress(OSError):  # a kernel before 5.3, or a sandbox that forbids it
            descriptor = os.pidfd_open(process.pid)
            try:
                poll = select.poll()
                poll.register(descriptor, select.POLLIN)
                timeout_s = 0.0 if not poll.poll(timeout_s * 1000) else timeout_s
            finally:
                os.close(descriptor)
    return process.wait(timeout_s)
