"""The bytes of a saved machine as a JSON object, whoever made them: no more memory than a machine needs, no traps."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from typing import Any

from wontload.errors import WontloadError
from wontload.machine.shapes import WORDS

LARGEST_FILE_BYTES = 16 << 20  # of JSON, unpacked; an ordinary machine takes less than one MB
MOST_CONTAINERS = 500_000  # lists and objects: 64 bytes each, or more, once they are read
MOST_VALUES = 2_000_000  # of any kind
MOST_DIGITS = 40  # of a whole number: time grows with their square, and Pythons before 3.10.7 take any count

WHAT_IT_TAKES = "--machine takes a file made by wontload on another machine, or a Linux system's root directory."
MAKE_ANOTHER = "Save the other machine again with its wontload, or update this one."


class BadSnapshot(WontloadError):
    """The file is no saved machine that this version can read."""


def parse(data: bytes, name: str) -> dict[str, Any]:
    """The JSON object in `data`, gzip or plain; `name` is how messages call it. Raises `BadSnapshot`."""
    if not data:
        raise BadSnapshot(f"{name} is empty.", MAKE_ANOTHER)
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip_bounded(data)
        except (OSError, EOFError, zlib.error) as error:
            raise BadSnapshot(f"{name} is a damaged gzip file.", "Copy it again from the other machine.") from error
    if len(data) > LARGEST_FILE_BYTES:
        size = f"{LARGEST_FILE_BYTES >> 20} MB"
        raise BadSnapshot(f"{name} is larger than {size}, so it is no saved machine.", WHAT_IT_TAKES)
    if data.count(b"[") + data.count(b"{") > MOST_CONTAINERS or data.count(b",") > MOST_VALUES:
        raise BadSnapshot(f"{name} holds more values than a saved machine has.", WHAT_IT_TAKES)
    raw = _decoded(data, name)
    if not isinstance(raw, dict):
        what = WORDS.get(type(raw), type(raw).__name__)
        raise BadSnapshot(f"{name} is not a saved machine: it holds {what}.", WHAT_IT_TAKES)
    return raw


def _decoded(data: bytes, name: str) -> Any:
    try:
        return json.loads(data, parse_int=_whole, parse_constant=_no_number, object_pairs_hook=_without_twins)
    except ValueError as error:
        raise BadSnapshot(f"{name} is not JSON: {str(error)[:120]}.", WHAT_IT_TAKES) from error
    except RecursionError as error:
        raise BadSnapshot(f"{name} is nested too deeply to be a saved machine.", WHAT_IT_TAKES) from error


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. One whose name stands twice would say one thing to us and another to whoever looks at the file."""
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twin = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"the name {twin[:60]!r} stands twice in one object")
    return found


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number has {len(digits)} digits")
    return int(digits)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number")


def gzip_bounded(data: bytes) -> bytes:
    """Unpack, stopping one byte past the limit, so that a small file cannot fill the memory."""
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        return file.read(LARGEST_FILE_BYTES + 1)
