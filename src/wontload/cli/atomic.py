"""Writing a file in one go: either all of it is there, or what was there before."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress

from wontload.errors import WontloadError


def write_file(path: str, data: bytes, *, replace: bool) -> int:
    """Write `data` beside `path` and put it in its place; an interruption leaves nothing.

    Args:
        path: where. replace: whether a file of that name may be replaced.

    Returns:
        The size in bytes.

    Raises:
        WontloadError: it cannot be written, or is there and may not be replaced.
    """
    directory, name = os.path.split(os.path.abspath(path))
    if os.path.isdir(path):
        raise WontloadError(f"{path} is a directory.", "Give the name of a file in it.")
    if os.path.lexists(path) and not os.path.isfile(path):  # /dev/stdout, a named pipe
        return _write_through(path, data)
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{name[:40]}.", dir=directory)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o666 & ~_umask())
        if replace:
            os.replace(temporary, os.path.realpath(path))
        else:
            _put(temporary, path)
        temporary = ""
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)
    return len(data)


def _put(temporary: str, path: str) -> None:
    """Into a place where nothing is; what came there meanwhile stays."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    os.replace(temporary, path)


def _write_through(path: str, data: bytes) -> int:
    try:
        with open(path, "wb") as file:
            return file.write(data)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: str, error: OSError) -> WontloadError:
    return WontloadError(f"cannot write {path}: {error.strerror or error}.", "Name another place with -o FILE.")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
