"""The standard streams as the tool finds them: closed, full, or with nobody reading any more."""

from __future__ import annotations

import errno
import os
import sys

from wontload.errors import WontloadError


def complete_streams() -> None:
    """Put the null device where a standard stream is closed (`>&-`, a Windows program without a console).

    Else the next file that is opened would get the stream's number, and what is written to the stream land in it.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) < 3:
        pass
    os.close(number)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def say(text: str) -> bool:
    """Write to standard output, whatever its encoding can take; `False` when nobody reads any more (`| head`).

    Raises:
        WontloadError: the stream takes no more, as on a full disk.
    """
    from wontload.report.screen import write

    try:
        write(sys.stdout, text)
        sys.stdout.flush()
    except OSError as error:
        return _unsaid(error)
    return True


def say_bytes(data: bytes) -> bool:
    """Write bytes to standard output as they are, as `say` does with text."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        return _unsaid(error)
    return True


def _unsaid(error: OSError) -> bool:
    """`False` where nobody reads any more; an error of ours where the stream takes no more."""
    abandon_stdout()
    if _is_broken_pipe(error):
        return False
    raise WontloadError(f"the report cannot be written: {error.strerror}.", "Send it somewhere else.") from error


def finish() -> None:
    """Flush standard output now: left to the interpreter's end, a failure would be a traceback there."""
    try:
        sys.stdout.flush()
    except OSError:
        abandon_stdout()


def _is_broken_pipe(error: OSError) -> bool:
    """Windows answers EINVAL where POSIX answers EPIPE (CPython, Lib/test/test_cmd_line.py works around it too)."""
    return isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)


def abandon_stdout() -> None:
    """What is still to be written goes nowhere, and fails no more."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
