"""dyld's words for what failed, as `dlerror` gives them.

Source: dyld/DyldAPIs.cpp (`dlopen_from`), dyld/JustInTimeLoader.cpp (`loadDependents`), dyld/Loader.cpp
(`resolveSymbol`, `tooNewErrorAddendum`). Messages in public bug reports have the same form (tests/loader).
"""

from __future__ import annotations

from dataclasses import dataclass

from wontload.loader.dyld.candidate import version_of
from wontload.loader.dyld.objects import Loaded
from wontload.machine import System

UUID_SINCE = (13,)  # of macOS


@dataclass(frozen=True, slots=True)
class Text:
    """Messages as one system writes them."""

    system: System

    def whole(self, name: str, flags: int, why: str) -> str:
        """The message of a `dlopen` that failed."""
        return f"dlopen({name}, 0x{flags:04X}): {why}"

    def library(self, name: str, user: Loaded, why: str) -> str:
        """A library that an image needs could not be loaded."""
        return f"Library not loaded: {name}\n  Referenced from: {self._from(user)}\n  Reason: {why}"

    def symbol(self, name: str, user: Loaded, provider: Loaded) -> str:
        """A symbol is not in the library that it should come from."""
        return (
            f"Symbol not found: {name}\n  Referenced from: {self._from(user)}\n  Expected in:     {self._at(provider)}"
        )

    def _from(self, user: Loaded) -> str:
        return self._at(user) + self._too_new(user)

    def _at(self, one: Loaded) -> str:
        """The image with its UUID; dyld writes `no uuid` for one without, and so do we where it is not known."""
        if version_of(self.system) < UUID_SINCE:
            return one.path
        return f"<{(one.image and one.image.uuid) or 'no uuid'}> {one.path}"

    def _too_new(self, user: Loaded) -> str:
        """What was built for a newer macOS is loaded, and mentioned when something is missing then."""
        minimum = user.image.minimum_os if user.image else None
        if not minimum or not self.system.version or minimum[:2] <= version_of(self.system):
            return ""
        shown = ".".join(map(str, minimum[:2] if not any(minimum[2:]) else minimum))
        return f" (built for macOS {shown} which is newer than running OS)"
