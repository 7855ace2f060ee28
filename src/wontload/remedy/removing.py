"""Removing what an installation has put there, so that it can be taken back: every file is kept before it goes.

No installer is asked: what is broken is often what an installer refuses to touch (metadata without a RECORD, a renamed
directory). A RECORD may name anything, so nothing goes that lies outside of the environment, as pip has it too.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wontload.remedy.bytecode import compiled_of
from wontload.remedy.file_steps import remove_empty, sha256_of
from wontload.remedy.journal import Journal
from wontload.remedy.records import content, recorded
from wontload.remedy.refused import Refused, changed_since
from wontload.remedy.replacing import remove_leftover
from wontload.remedy.steps import RemoveInstalled

Undo = Mapping[str, Any]


def prepare(step: RemoveInstalled, journal: Journal) -> Undo:
    """Copies of all files that go. Raises `Refused` where there is none, and `CannotWrite`."""
    files = list(_files(step))
    if not files and not os.path.isdir(step.path):
        raise Refused(f"{step.path} is not there any more.")
    return {
        "kind": "removed",
        "kept": [[path, *one] for path, one in zip(files, _kept(files, journal), strict=True)],
        "directories": [[path, stat.S_IMODE(os.stat(path).st_mode)] for path in _directories(step, files)],
    }


def remove(step: RemoveInstalled) -> None:
    """Remove the files, and the directories that hold nothing then."""
    files = list(_files(step))
    directories = list(_directories(step, files))
    for path in files:
        os.remove(path)
    remove_empty(directories)


def take_back(undo: Undo, journal: Journal) -> Iterator[str]:
    """Put every file back; where something else is by now, that stays and is named."""
    for path, mode in reversed(undo["directories"]):
        if not os.path.isdir(path):
            os.makedirs(path, exist_ok=True)
            os.chmod(path, mode)
    gone = []
    for path, digest, mode, link in undo["kept"]:
        remove_leftover(path)
        if os.path.lexists(path):
            if (os.readlink(path) if os.path.islink(path) else "") != link or (not link and sha256_of(path) != digest):
                yield changed_since(path)
        elif link:
            os.symlink(link, path)
        else:
            gone.append((path, digest, mode))
    journal.put_back(gone)


def _kept(files: Iterable[str], journal: Journal) -> Iterator[tuple[str, int, str]]:
    """Of each: hash and permissions of a file, which was kept, or where a symbolic link leads."""
    digests = iter(journal.keep_all(content(path) for path in files if not os.path.islink(path)))
    for path in files:
        if os.path.islink(path):
            yield "", 0, os.readlink(path)
        else:
            yield next(digests), stat.S_IMODE(os.stat(path).st_mode), ""


def _files(step: RemoveInstalled) -> Iterator[str]:
    """All that goes, in order, each once: what RECORD lists with the bytecode made of it, and what lies in the path."""
    # Where RECORD cannot be read, what lies in the directory goes alone.
    listed = [one for one in recorded(step.path) or () if not _is_directory(one)] if step.name else ()
    found = dict.fromkeys(path for one in listed for path in (one, *compiled_of(one)))
    found.update(dict.fromkeys(_below(step.path)))
    roots = tuple(_real(one) for one in step.within)
    yield from (one for one in found if os.path.lexists(one) and _real(os.path.dirname(one)).startswith(roots))


def _real(directory: str) -> str:
    return os.path.normcase(os.path.join(os.path.realpath(directory), ""))


def _is_directory(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _below(path: str) -> Iterator[str]:
    if not _is_directory(path):
        yield path
        return
    for directory, names, files in os.walk(path):
        linked = [name for name in names if os.path.islink(os.path.join(directory, name))]
        yield from (os.path.join(directory, name) for name in sorted((*files, *linked)))


def _directories(step: RemoveInstalled, files: Iterable[str]) -> list[str]:
    """Those that may hold nothing afterwards, the deepest first; never the one that the path lies in."""
    site = os.path.dirname(step.path)
    found = {directory for directory, _, _ in os.walk(step.path)}
    for path in files:
        directory = os.path.dirname(path)
        while directory.startswith(os.path.join(site, "")) and directory not in found:
            found.add(directory)
            directory = os.path.dirname(directory)
    return sorted(found, key=lambda one: (-one.count(os.sep), one))
