"""Directories that Python code adds to the search of the Windows loader: `os.add_dll_directory`."""

from __future__ import annotations

import nt as _nt
import sys
from os import environ, sep
from os.path import normcase

from .errors import asker, describe, mark
from .watch import Recorder, as_text

assert sys.platform == "win32"  # so mypy reads what follows for Windows alone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

nt: Any = _nt  # its private functions have no types


def watch_directories(recorder: Recorder) -> None:
    """`os.add_dll_directory` and the `close()` of what it returns (only that removes a directory: Lib/os.py)."""
    original_add: Callable[[object], object] = nt._add_dll_directory
    original_remove: Callable[[object], object] = nt._remove_dll_directory
    cookies: list[tuple[object, int]] = []

    def add(path: object) -> object:
        number = recorder.next_number()
        fields = directory_fields(number, as_text(path))
        try:
            cookie = original_add(path)
        except OSError as error:
            mark(error, "add_dll_directory", as_text(path), error.winerror)
            recorder.send("directory", number=error.winerror, text=describe(error)["text"], **fields)
            raise
        cookies.append((cookie, number))
        recorder.send("directory", number=0, **fields)
        return cookie

    def remove(cookie: object) -> object:
        answer = original_remove(cookie)
        recorder.send("directory removed", id=next((number for one, number in cookies if one is cookie), 0))
        return answer

    nt._add_dll_directory = add
    nt._remove_dll_directory = remove


def directory_fields(number: int, path: str) -> dict[str, object]:
    """A directory that is being added: who asks, and the variable that names it there."""
    file, line = asker()
    return {"id": number, "path": path, "file": file, "line": line, "expression": _variable_behind(path, file)}


def _variable_behind(path: str, file: str | None) -> str | None:
    """The variable that the asking code names and whose value the directory begins with: `CUDA_PATH`.

    The longest value wins. That the code names it keeps `USERPROFILE` and its like out.
    """
    folded = normcase(path)
    candidates = []
    for name, value in environ.items():
        stem = normcase(value).rstrip("\\/")
        if len(stem) > 3 and (folded == stem or folded.startswith(stem + sep)):
            candidates.append((len(stem), name))
    if not candidates or file is None:
        return None
    try:
        with open(file, "rb") as source:
            text = source.read(1 << 20).upper()
    except OSError:
        return None
    return next((name for _, name in sorted(candidates, reverse=True) if name.upper().encode() in text), None)
