"""A check of many wheels that was broken off goes on where it stopped: its answers stand in a file, a line a wheel."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from wontload.errors import UsageError
from wontload.report.load_json import Object, dump

STATUS_OF = {"unreadable": 4, "undetermined": 3}
FAIL_ON = {"error": ("error",), "warning": ("error", "warning"), "note": ("error", "warning", "note"), "never": ()}


class Resumed:
    """The lines so far, by the path, size and time of each wheel.

    Args:
        path: of the file; it is made where it is not there. A last line that was cut off is written over.

    Raises:
        UsageError: it is there and is no file of such lines.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._done: dict[tuple[str, int, int], Object] = {}
        whole = 0
        try:
            with open(path, "rb") as file:
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    self._take(line)
                    whole += len(line)
            os.truncate(path, whole)
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            raise UsageError(f"{path} cannot be gone on with: {error}.", "Name another file for --resume.") from error

    def has(self, path: str) -> bool:
        """Whether this very wheel was checked already."""
        return _stamp(path) in self._done

    def add(self, told: Object) -> None:
        """Write one more line."""
        size, modified = _stamp(str(told["path"]))[1:]
        with open(self._path, "a", encoding="ascii") as file:
            file.write(dump({**told, "size_bytes": size, "modified_ns": modified}, lines=True).rstrip("\n") + "\n")

    def statuses(self, fail_on: str, known: frozenset[str]) -> Iterator[int]:
        """The exit status of each wheel that was checked before."""
        for told in self._done.values():
            grave = any(
                one["severity"] in FAIL_ON[fail_on] and one["fingerprint"] not in known for one in told["findings"]
            )
            yield 1 if grave else STATUS_OF.get(told["verdict"], 0)

    def _take(self, line: bytes) -> None:
        told: Any = json.loads(line)
        if not isinstance(told, dict) or told.get("schema") != "wontload.check/1":
            raise ValueError("a line of it is no wontload.check/1")
        self._done[str(told["path"]), int(told["size_bytes"]), int(told["modified_ns"])] = told


def _stamp(path: str) -> tuple[str, int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return path, 0, 0
    return path, status.st_size, status.st_mtime_ns
