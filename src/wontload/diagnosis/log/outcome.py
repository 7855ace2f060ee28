"""What a message comes to, as each reading of one says it; and the last part of a path, which they all ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message comes to: a finding's code, whether it is sure, other suspects, and words of its own, if any.

    `lift` is added to the rank of the message, where other lines bear it out.
    """

    code: str
    decides: bool
    suspects: tuple[str, ...] = ()
    title: str = ""
    why: str = ""
    lift: int = 0


def base_name(path: str) -> str:
    """The last part of a path of any system."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]
