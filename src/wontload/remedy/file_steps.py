"""Steps that make, edit, rename or open a file, taken and taken back. Undo is by content: what is not ours stays."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from typing import Any

from wontload.remedy.journal import Journal
from wontload.remedy.refused import Refused, changed_since
from wontload.remedy.replacing import remove_leftover, replace_file
from wontload.remedy.steps import MoveFile, ReplaceText, SetMode, WriteFile

Undo = Mapping[str, Any]
CHUNK_BYTES = 1 << 20
# Of a directory that is to go: it holds something, is gone, or somebody is in it: somebody else's by now.
NOT_OURS = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR, errno.EBUSY)
SHARING_VIOLATION = 32  # Windows: another program has it open


def sha256_of(path: str) -> str | None:
    """Of a file's content; `None` where there is no file. Raises `OSError` for one that cannot be read."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return digest.hexdigest()


def prepare_write(step: WriteFile, journal: Journal) -> Undo:
    """How a new file is taken back. Raises `Refused` where something of that name is there."""
    if os.path.lexists(step.path):
        raise Refused(f"{step.path} exists already, and is not overwritten.")
    content = step.content.encode()
    return {
        "kind": "created",
        "path": step.path,
        "sha256": hashlib.sha256(content).hexdigest(),
        "directories": list(_missing_above(step.path)),
    }


def write(step: WriteFile) -> None:
    """Make the file, and the directories that it needs."""
    os.makedirs(os.path.dirname(step.path), exist_ok=True)
    replace_file(step.path, step.content.encode())


def take_back_write(undo: Undo, journal: Journal) -> Iterator[str]:
    """Remove the file if it is still what we wrote, and the directories that we made for it."""
    remove_leftover(undo["path"])
    found = sha256_of(undo["path"])
    if found == undo["sha256"]:
        os.remove(undo["path"])
    elif found is not None:
        yield changed_since(undo["path"])
    remove_empty(undo["directories"])


def prepare_replace(step: ReplaceText, journal: Journal) -> Undo:
    """Back the file up; how it is put back. Raises `Refused` where it is not what the plan saw."""
    content = _read(step.path)
    if hashlib.sha256(content).hexdigest() != step.sha256 or content.count(step.before.encode()) != 1:
        raise Refused(f"{step.path} is not what it was when the fix was planned, so it is not edited.")
    return {
        "kind": "replaced",
        "path": step.path,
        "backup": journal.keep(content),
        "sha256": hashlib.sha256(_replaced(content, step)).hexdigest(),
        "mode": stat.S_IMODE(os.stat(step.path).st_mode),
    }


def replace(step: ReplaceText) -> None:
    """Exchange the text; the file's permissions stay."""
    mode = stat.S_IMODE(os.stat(step.path).st_mode)
    replace_file(step.path, _replaced(_read(step.path), step), mode)


def take_back_replace(undo: Undo, journal: Journal) -> Iterator[str]:
    """Put the old content back if the file is still what we made of it."""
    remove_leftover(undo["path"])
    found = sha256_of(undo["path"])
    if found == undo["backup"]:
        return
    if found != undo["sha256"]:
        yield changed_since(undo["path"])
        return
    replace_file(undo["path"], journal.kept(undo["backup"]), undo["mode"])


def prepare_move(step: MoveFile, journal: Journal) -> Undo:
    """How a file gets its name back. Raises `Refused` where it is gone, or the new name is taken."""
    digest = _mark_of(step.path)
    if digest is None:
        raise Refused(f"{step.path} is not there any more.")
    if os.path.lexists(step.to):
        raise Refused(f"{step.to} exists already, and is not overwritten.")
    return {"kind": "moved", "path": step.path, "to": step.to, "sha256": digest}


def move(step: MoveFile) -> None:
    """Rename it."""
    os.rename(step.path, step.to)


def take_back_move(undo: Undo, journal: Journal) -> Iterator[str]:
    """Rename it back, unless another file took its place."""
    if not os.path.lexists(undo["to"]):
        if _mark_of(undo["path"]) != undo["sha256"]:
            yield f"{undo['to']} is gone, and {undo['path']} is not what it was"
    elif os.path.lexists(undo["path"]):
        yield changed_since(undo["path"])
    elif _mark_of(undo["to"]) != undo["sha256"]:
        yield changed_since(undo["to"])
    else:
        os.rename(undo["to"], undo["path"])


def prepare_mode(step: SetMode, journal: Journal) -> Undo:
    """How the permission bits come back. Raises `Refused` where they are not what the plan saw."""
    if _mode_of(step.path) != step.was:
        raise Refused(f"{step.path} has other permissions than when the fix was planned, so they are left alone.")
    return {"kind": "permitted", "path": step.path, "was": step.was, "is": step.mode}


def set_mode(step: SetMode) -> None:
    """Change the bits."""
    os.chmod(step.path, step.mode)


def take_back_mode(undo: Undo, journal: Journal) -> Iterator[str]:
    """Put the old bits back if they are still ours."""
    found = _mode_of(undo["path"])
    if found == undo["is"]:
        os.chmod(undo["path"], undo["was"])
    elif found != undo["was"]:
        yield changed_since(undo["path"])


def _mode_of(path: str) -> int | None:
    """The permission bits of a file or directory; `None` where there is nothing."""
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _mark_of(path: str) -> str | None:
    """What tells that a path is what it was: a file's hash; a directory is taken for itself, whatever is in it."""
    return "directory" if os.path.isdir(path) else sha256_of(path)


def _replaced(content: bytes, step: ReplaceText) -> bytes:
    return content.replace(step.before.encode(), step.after.encode())


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error


def _missing_above(path: str) -> Iterator[str]:
    """Directories above `path` that are not there, the deepest first."""
    directory = os.path.dirname(path)
    while directory and not os.path.isdir(directory):
        yield directory
        directory = os.path.dirname(directory)


def remove_empty(directories: list[str]) -> None:
    """Remove directories that hold nothing; the deepest must come first. Raises `OSError` where that is refused."""
    for directory in directories:
        try:
            os.rmdir(directory)
        except OSError as error:
            if error.errno not in NOT_OURS and getattr(error, "winerror", None) != SHARING_VIOLATION:
                raise
