"""Why a step is not taken, or not taken back."""

from __future__ import annotations

from wontload.errors import WontloadError


class Refused(WontloadError):
    """A step's precondition does not hold (any more); nothing was changed by it. Exit status 4."""


class StepFailed(WontloadError):
    """A step was begun and did not come to its end; it can be taken back. Exit status 4."""


def changed_since(path: str) -> str:
    """What is said of a file that somebody else has changed: an undo leaves it as it is."""
    return f"{path} was changed since, and was left as it is"
