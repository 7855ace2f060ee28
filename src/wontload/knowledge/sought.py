"""Libraries that Python code looks for by itself, told by what it raises when they are not found."""

from __future__ import annotations

import re
from functools import lru_cache

from wontload.knowledge.components import Component, components, files_of
from wontload.knowledge.messages import messages_of

LONGEST = 4000  # characters of a message that are looked at


def sought_component(message: str) -> Component | None:
    """The component that a message says was looked for in vain; `None` where it names none that is known.

    Only those messages count after which nothing was handed to the loader: rows of `messages/programs/sought.toml` that
    are `sought`.
    """
    looked_at = message[:LONGEST]
    for row in messages_of("programs/sought"):
        if row.row.get("sought") and (found := row.expression.search(looked_at)):
            return _by_name().get(stem_of(next(name for name in found.groups() if name)))
    return None


def sought_file(name: str, system: str) -> str:
    """The file that `ctypes.util.find_library(name)` looks for on a system (`windows`, `linux`, `macos`).

    On Linux any `libNAME.so.*` will do: the one that a known component has, else `libNAME.so`.
    """
    if system == "windows":
        return name if name.lower().endswith(".dll") else f"{name}.dll"
    if system == "macos":
        return f"lib{name}.dylib"
    component = _by_name().get(stem_of(name))
    files = component.row.get("linux", ()) if component else ()
    known = (file for file in files if file.startswith(f"lib{name}.") and "*" not in file)
    return next(known, f"lib{name}.so")


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Component]:
    """Components by the names that packages have for them: title, family, and file names without `lib` and ending."""
    found: dict[str, Component] = {}
    for one in components():
        stems = (re.split(r"\.(?:so|dll|dylib)\b|-\d", file, maxsplit=1)[0] for file in files_of(one))
        for name in (one.title, one.family, *stems):
            found.setdefault(stem_of(name), one)
    return found


def stem_of(name: str) -> str:
    """A library's name without directory, `lib`, ending and version, folded: what its names have in common."""
    base = re.split(r"[\\/]", name.lower().rstrip("."))[-1]
    return re.sub(r"(-\d+)*(\.dll|\.dylib|\.so[.\d]*)?$", "", base.removeprefix("lib"))
