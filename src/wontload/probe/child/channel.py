"""The private file on which the probe reports: one JSON object a line, in ASCII, each written at once.

What has been written when the process crashes, exits or is killed is there to be read: nothing is buffered here.
"""

from __future__ import annotations

import os
from _thread import allocate_lock
from os import close, fstat, getpid, write
from os import open as open_file

LIMIT_BYTES = 32 * 1024 * 1024  # of the whole file: a package that loads in an endless loop must not fill a disk
TEXT_LIMIT = 65536  # characters of one string; a Windows variable has at most 32767
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_OPEN_FLAGS = (
    os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0) | getattr(os, "O_CLOEXEC", 0)
)


def encode(value: object) -> str:
    """`value` as JSON. Not by `json`: that costs as much as the rest of the start, and the target may replace it."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return float.__repr__(value) if value - value == 0 else "null"  # JSON has no infinity
    if isinstance(value, dict):
        return "{" + ",".join(_text(str(key)) + ":" + encode(one) for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([encode(one) for one in value]) + "]"
    return _text(str(value))


def _text(text: str) -> str:
    text = text[:TEXT_LIMIT]
    if text.isascii() and text.isprintable():
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return '"' + "".join(map(_escape, text)) + '"'


def _escape(letter: str) -> str:
    code = ord(letter)
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if 32 <= code < 127:
        return letter
    if code > 0xFFFF:  # two UTF-16 units, as JSON writes it
        code -= 0x10000
        return "\\u%04x\\u%04x" % (0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF))
    return "\\u%04x" % code


class Channel:
    """Writes events, and survives a target that closes every file descriptor or forks."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._process = getpid()
        self._written = 0
        self._lock = allocate_lock()
        self._open()

    def _open(self) -> None:
        self._descriptor = open_file(self._path, _OPEN_FLAGS)
        self._identity = self._identify()

    def _identify(self) -> tuple[int, int] | None:
        try:
            status = fstat(self._descriptor)
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def send(self, event: str, **fields: object) -> None:
        """Write one event; beyond the limit only how it ended.

        A forked child's are dropped: they would be taken for this process's.
        """
        if getpid() != self._process or (self._written > LIMIT_BYTES and event != "finished"):
            return
        line = encode(dict(fields, event=event)) + "\n"
        with self._lock:
            self._written += len(line)
            if self._written > LIMIT_BYTES and event != "finished":
                line = '{"event":"full"}\n'
            if self._identify() != self._identity:  # the target closed it, and the number may serve another file now
                self._open()
            write(self._descriptor, line.encode("ascii"))

    def close(self) -> None:
        """Nothing more is to be said."""
        close(self._descriptor)
