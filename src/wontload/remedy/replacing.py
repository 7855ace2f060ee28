"""Putting files in place so that there is always the old one or the new one, and never a part, whatever happens.

A file is on the disk before it gets its name, and its name is before this returns. Waiting for the disk costs tens of
milliseconds a time, so many files are waited for together: a file system that keeps a journal of its own writes down in
one go what several threads ask it for, and a directory is waited for once. Both orders stay: contents before names,
names before whatever comes next.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from wontload.errors import WontloadError

BATCH_BYTES = 32 << 20  # that are on the disk twice, and in memory, for a moment
BATCH_FILES = 512
AT_ONCE = 16  # threads that wait for the disk


class NewFile(NamedTuple):
    """A file to be put in place: its size, what reads its content, and its permissions (`None`: as they come)."""

    path: str
    size_bytes: int
    read: Callable[[], bytes]
    mode: int | None = None


def replace_file(path: str, content: bytes, mode: int | None = None) -> None:
    """Put content at `path` so that there is always the old file or the new one, and never a part.

    The temporary file beside it is named after `path` (`temporary_of`), so that an undo knows it too.
    """
    try:
        _prepare(path, content, mode)
        os.replace(temporary_of(path), path)
    except OSError:
        remove_leftover(path)
        raise
    sync_directory(os.path.dirname(path))


def replace_files(files: Iterable[NewFile]) -> None:
    """Put many files in place, each as `replace_file` does.

    Raises:
        OSError: one cannot be written; those before it are in place. What a `read` raises.
    """
    for batch in _batches(files):
        try:
            _together(batch)
        except (OSError, WontloadError):  # one by one it may go yet, or tell which does not: room is for one at least
            for one in batch:
                remove_leftover(one.path)
            for one in batch:
                replace_file(one.path, one.read(), one.mode)


def _batches(files: Iterable[NewFile]) -> Iterator[Sequence[NewFile]]:
    batch: list[NewFile] = []
    size = 0
    for one in files:
        if batch and (len(batch) == BATCH_FILES or size + one.size_bytes > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += one.size_bytes
    if batch:
        yield batch


def _together(batch: Sequence[NewFile]) -> None:
    if len(batch) == 1:
        replace_file(batch[0].path, batch[0].read(), batch[0].mode)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(AT_ONCE, len(batch))) as threads:
        for done in [threads.submit(lambda one: _prepare(one.path, one.read(), one.mode), one) for one in batch]:
            done.result()
    for one in batch:
        os.replace(temporary_of(one.path), one.path)
    for directory in dict.fromkeys(os.path.dirname(one.path) for one in batch):
        sync_directory(directory)


def _prepare(path: str, content: bytes, mode: int | None) -> None:
    """The new file under its temporary name, on the disk."""
    temporary = temporary_of(path)
    with open(temporary, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if mode is not None:
        os.chmod(temporary, mode)


def temporary_of(path: str) -> str:
    """The name under which `replace_file` prepares a file."""
    return f"{path}.wontload-new"


def remove_leftover(path: str) -> None:
    """Remove what an interruption left of a file that `replace_file` was preparing."""
    if os.path.lexists(temporary_of(path)):
        os.remove(temporary_of(path))


def sync_directory(path: str) -> None:
    """Make a new name in a directory last through a power cut, where the system can be asked to."""
    if os.name == "nt":  # a directory cannot be opened for that; NTFS journals names itself
        return
    number = os.open(path or ".", os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError:
        pass  # some network file systems cannot
    finally:
        os.close(number)
