"""`wontload log`: diagnose a pasted message or a build log."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from wontload.diagnosis.log.judging import LogDiagnosis, diagnose_log
from wontload.diagnosis.log.reading import HEAD_BYTES, MOST_BYTES
from wontload.errors import WontloadError

PIECE_BYTES = 1 << 20


def log(source: str | Path | BinaryIO, *, name: str = "") -> LogDiagnosis:
    """Say what a text comes of: a traceback, the output of pip or CMake, a dialog's words. Nothing is executed.

    Args:
        source: a file's path, or a stream of bytes such as `sys.stdin.buffer`. Of more than 20 MB
            the middle is left out.
        name: how the answer names it; by default the path, and `-` for a stream.

    Returns:
        The answer. `verdict` is `fails` where the text tells a cause and `undetermined` where it does not.

    Raises:
        WontloadError: the file cannot be read, or the text is empty.
    """
    if isinstance(source, str | Path):
        try:
            with open(source, "rb") as file:
                data, left_out = _read(file)
        except OSError as error:
            raise WontloadError(
                f"cannot read {str(source)!r}: {error.strerror or error}.", "Give a text file, or - for standard input."
            ) from error
    else:
        data, left_out = _read(source)
    if not data.strip(b"\x00\r\n\t "):
        raise WontloadError(
            "there is no text to diagnose.", "Paste the error message, from `Traceback` on if it has one."
        )
    return diagnose_log(
        data, name=name or (str(source) if isinstance(source, str | Path) else "-"), left_out_bytes=left_out
    )


def _read(stream: BinaryIO) -> tuple[bytes, int]:
    """The bytes, and how many were left out: of a long text the beginning, the end, and what lines are between."""
    head = _at_most(stream, MOST_BYTES)
    if len(head) < MOST_BYTES:
        return head, 0
    tail, left_out, lines = head[HEAD_BYTES:], 0, 0
    while piece := stream.read(PIECE_BYTES):
        tail += piece
        excess = len(tail) - (MOST_BYTES - HEAD_BYTES)
        if excess >= PIECE_BYTES:
            lines += tail.count(b"\n", 0, excess)
            tail, left_out = tail[excess:], left_out + excess
    return head[:HEAD_BYTES] + b"\n" * min(lines, MOST_BYTES) + tail, left_out


def _at_most(stream: BinaryIO, limit: int) -> bytes:
    pieces = []
    while limit > 0 and (piece := stream.read(min(PIECE_BYTES, limit))):
        pieces.append(piece)
        limit -= len(piece)
    return b"".join(pieces)
