"""What every room may raise for a person to read: one or two sentences, the next step in the second."""

from __future__ import annotations


class WontloadError(Exception):
    """The tool could not do its work. Exit status 4.

    Attributes:
        message: what is wrong, one sentence.
        next_step: what the reader can do about it, one sentence; empty when the first says it.
    """

    exit_status = 4

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(f"{message} {next_step}".strip())
        self.message = message
        self.next_step = next_step


class UsageError(WontloadError):
    """What was asked makes no sense as asked. Exit status 2."""

    exit_status = 2


class UnknownTarget(UsageError):
    """Nothing of that name is a file, installed anywhere that we see, or known to `knowledge/`."""
