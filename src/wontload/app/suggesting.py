"""What a name was probably meant to be that nobody has."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from wontload.knowledge.packages import known_names
from wontload.machine import Machine

LIKENESS = 0.75  # of `difflib`: one letter of five may be another, or two may have changed places


def nearest(target: str, machine: Machine) -> str | None:
    """The name most like a target: of what the interpreter has, else of what is known of packages."""
    wanted = target.strip().lower()
    for names in (_installed(machine), known_names()):
        spelled = {name.lower(): name for name in names}
        found = get_close_matches(wanted, spelled, n=1, cutoff=LIKENESS) if wanted else []
        if found and spelled[found[0]] != target:
            return spelled[found[0]]
    return None


def _installed(machine: Machine) -> Iterator[str]:
    """Top-level import names and distributions in the directories of `sys.path`."""
    for place in machine.python.path if machine.python else ():
        for name in machine.files.listing(place) or ():
            stem = name.partition("-")[0] if name.endswith(".dist-info") else name.removesuffix(".py")
            if stem.isidentifier() and not stem.startswith("_"):
                yield stem
