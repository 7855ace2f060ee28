"""Which searches of `ctypes.util.find_library` ended an import: the package raises in words of its own afterwards."""

from __future__ import annotations

import re

from wontload.knowledge.sought import stem_of
from wontload.machine import FIND_LIBRARY, Observation, ObservedLoad, Outcome

# A message that is about finding or loading something, and not about what a library that was found did.
ABOUT_LIBRARIES = re.compile(
    r"librar|\bfind|found|locat|\bload|install|missing|\.so\b|\.dll\b|\.dylib\b", re.IGNORECASE
)
# What `CDLL(None)` leads to, which is the process itself and has none of the library's functions: dlsym of glibc, of
# musl and of macOS; and CPython's own complaint on Windows (Lib/ctypes/__init__.py, CDLL).
WITHOUT_LIBRARY = re.compile(r"undefined symbol|Symbol not found|symbol not found|'NoneType' is not iterable")
SHORTEST_NAME = 3  # letters of a name that is looked for in a message
FOREIGN = re.compile(r"[\\/]|\.(dll|dylib)$", re.IGNORECASE)  # names that only another system's `find_library` takes


def ended_it(observation: Observation, load: ObservedLoad, *, windows: bool) -> bool:
    """Whether a search in vain is what the exception speaks of: it names the library, or comes of loading nothing."""
    error, name = observation.error, load.request.name
    if load.request.kind != FIND_LIBRARY or load.succeeded is not False or error is None:
        return False
    if observation.outcome is not Outcome.FAILS or error.raised_by != "python" or observation.missing_module:
        return False
    if not windows and FOREIGN.search(name):
        return False
    said = "\n".join((error.text, *error.chain))
    if _names(said, name):
        return True
    last = next((one for one in reversed(observation.loads) if one.request.file == error.file), None)
    return error.file is not None and last == load and WITHOUT_LIBRARY.search(error.text) is not None


def _names(message: str, name: str) -> bool:
    stem = stem_of(name)
    if len(stem) < SHORTEST_NAME or not ABOUT_LIBRARIES.search(message):
        return False
    return re.search(rf"(?<![a-z0-9])(lib)?{re.escape(stem)}(?![a-z0-9])", message.lower()) is not None
