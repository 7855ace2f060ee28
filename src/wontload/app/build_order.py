"""What `wontload build` is asked for: `Order`, and name and version read from words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wontload.build.wishes import Wishes
from wontload.errors import UsageError

REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9](?:[\w.-]{0,80}[A-Za-z0-9])?)(?:==(?P<version>[\w.+!]{1,60}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for.

    Attributes:
        name, version: of the package. source: a directory or a source distribution; `None`: from the index.
        python: the interpreter that the wheel is for. wishes: see `Wishes`.
        offline, find_links: nothing is fetched but from those directories.
        into: where the wheel is laid; `None`: the wheelhouse. again: build although a wheel of just this lies there.
    """

    name: str
    version: str = ""
    source: str | None = None
    python: str = ""
    wishes: Wishes = Wishes()  # noqa: RUF009 (frozen)
    offline: bool = False
    find_links: tuple[str, ...] = ()
    into: str | None = None
    again: bool = False


def ordered(target: str) -> tuple[str, str]:
    """Name and version of `llama-cpp-python==0.3.16`. Raises `UsageError` for what is no such requirement."""
    found = REQUIREMENT.fullmatch(target.strip())
    if found is None:
        raise UsageError(
            f"{target!r} is no package's name.", "Write NAME or NAME==VERSION; a directory is given with --source."
        )
    return found["name"], found["version"] or ""
