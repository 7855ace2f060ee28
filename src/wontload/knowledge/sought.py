"""Libraries that Python code looks for by itself, told by what it raises when they are not found."""

from __future__ import annotations

import re
from functools import lru_cache

from wontload.knowledge.components import Component, components, files_of
from wontload.knowledge.tables import table

LONGEST = 4000  # characters of a message that are looked at


def sought_component(message: str) -> Component | None:
    """The component that a message says was looked for in vain; `None` where it names none that is known."""
    for row in table("sought")["sought"]:
        if found := re.search(row["pattern"], message[:LONGEST]):
            return _by_name().get(_key(found["name"]))
    return None


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Component]:
    """Components by the names that packages have for them: title, family, and file names without `lib` and ending."""
    found: dict[str, Component] = {}
    for one in components():
        stems = (re.split(r"\.(?:so|dll|dylib)\b|-\d", file, maxsplit=1)[0] for file in files_of(one))
        for name in (one.title, one.family, *stems):
            found.setdefault(_key(name), one)
    return found


def _key(name: str) -> str:
    return re.sub(r"-\d+$", "", name.lower().rstrip(".").removeprefix("lib"))
