"""Remembers which modules the import system is asked for, and where those are from that are nobody's but the user's."""

from __future__ import annotations

import sys
from os.path import join, normcase

NAMES_LIMIT = 5000
SENT_LIMIT = 500


class Asked:
    """The first of the finders, which finds nothing: each import of what is not there yet passes by here."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Remember a name; the other finders are asked as if this one were not there."""
        if len(self._names) < NAMES_LIMIT:
            self._names[name] = None

    def missed(self) -> list[str]:
        """Names (dotted) that were asked for and are no modules now, the last ones of many."""
        return [name for name in self._names if name not in sys.modules][-SENT_LIMIT:]

    def from_elsewhere(self) -> dict[str, str]:
        """Top-level modules with their files, of those that lie outside of this Python's own directories."""
        own = tuple(join(normcase(one), "") for one in (sys.prefix, sys.base_prefix, sys.exec_prefix))
        found: dict[str, str] = {}
        for name in self._names:
            file = getattr(sys.modules.get(name), "__dict__", {}).get("__file__") if "." not in name else None
            if isinstance(file, str) and not normcase(file).startswith(own) and len(found) < SENT_LIMIT:
                found[name] = file
        return found


def watch_names() -> Asked:
    """From now on every import is remembered."""
    asked = Asked()
    sys.meta_path.insert(0, asked)
    return asked
