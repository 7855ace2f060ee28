"""One wontload at a time changes something: two would take each other's files for a person's."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from wontload.errors import WontloadError
from wontload.machine.own_places import state_directory
from wontload.remedy.journal import cannot_write

WAIT_S = 300.0  # another fix installs its wheels in here, and imports the package to verify it
PAUSE_S = 0.1


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other process of this user is in here, and keep others out. The system lets go when one dies.

    Raises:
        CannotWrite: the state directory takes no file. WontloadError: another is still at it after `WAIT_S` seconds.
    """
    path = os.path.join(state_directory(), "lock")
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        file = open(path, "ab")  # noqa: SIM115 (closed below, which gives the lock back)
    except OSError as error:
        raise cannot_write(path, error) from error
    with file:
        end = time.monotonic() + WAIT_S
        while not _locked(file.fileno()):
            if time.monotonic() > end:
                raise WontloadError(
                    "another wontload is applying or taking back a fix.", "Try again when that one has ended."
                )
            time.sleep(PAUSE_S)
        yield


def _locked(number: int) -> bool:
    """Whether the lock is ours now. Where a file system has no locks, everyone has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(number, 0, os.SEEK_SET)
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return sys.platform != "win32"
    return True
