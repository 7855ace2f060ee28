"""Whole processes on the clock: what a person waits for, and the memory that it takes meanwhile. POSIX only."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

# What a process says last of its memory. Its parent cannot ask instead: the kernel counts what the parent had when it
# forked as the child's (Linux, fs/exec.c, exec_mmap).
SAY_PEAK = """
finally:
    import re, sys
    with open("/proc/self/status") as status:
        print(re.search(r"VmHWM:\\s*(\\d+)", status.read())[1], file=sys.stderr)
"""


class Run(NamedTuple):
    """One process: exit status, seconds by the clock on the wall and of processor, largest resident memory in bytes.

    The memory is never less than the parent's own; `peak_bytes` asks the process itself.
    """

    status: int
    wall: float
    cpu: float
    peak_bytes: int


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end, its output thrown away."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)  # reaped here, so that nobody waits for it again
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss
    return Run(process.returncode, wall, used.ru_utime + used.ru_stime, used.ru_maxrss * unit)


def peak_bytes(statement: str, arguments: Sequence[str]) -> int:
    """Largest resident memory of a Python that runs one statement with these `sys.argv[1:]`. Linux only."""
    program = f"try:\n    {statement}{SAY_PEAK}"
    command = [sys.executable, "-c", program, *arguments]
    found = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    return int(found.stderr.split()[-1]) * 1024


def with_bytecode() -> dict[str, str]:
    """This environment, for tools that are installed: those have their bytecode."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
