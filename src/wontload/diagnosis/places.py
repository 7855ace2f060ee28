"""The patterns of `knowledge/places.toml` as directories of one machine."""

from __future__ import annotations

import fnmatch
import ntpath
import posixpath
from collections.abc import Iterator, Mapping

from wontload.machine import Machine

# Where Windows puts these when no variable says otherwise (Microsoft, KNOWNFOLDERID).
DEFAULTS = {
    "ProgramFiles": r"C:\Program Files",
    "ProgramFiles(x86)": r"C:\Program Files (x86)",
}


def expand(pattern: str, machine: Machine, sites: tuple[str, ...]) -> Iterator[str]:
    """Yield the directories that `pattern` stands for; those with a `*` only where they exist."""
    for concrete in _substitute(pattern, machine, sites):
        yield from _matching(concrete, machine)


def _matching(path: str, machine: Machine) -> list[str]:
    windows = machine.system.name == "windows"
    module = ntpath if windows else posixpath
    parts = path.replace("\\", "/").split("/") if windows else path.split("/")
    found = [parts[0] + "\\" if windows else parts[0] or "/"]
    for part in filter(None, parts[1:]):
        if "*" not in part:
            found = [module.join(parent, part) for parent in found]
            continue
        wanted = part.lower() if windows else part
        found = [
            module.join(parent, name)
            for parent in found
            for name in sorted(machine.files.listing(parent) or ())
            if fnmatch.fnmatchcase(name.lower() if windows else name, wanted)
        ]
    return found


def _substitute(pattern: str, machine: Machine, sites: tuple[str, ...]) -> Iterator[str]:
    """The pattern with its placeholder replaced by each value that this machine has for it."""
    if not pattern.startswith("{"):
        yield pattern
        return
    placeholder, _, rest = pattern[1:].partition("}")
    for value in dict.fromkeys(_values(placeholder, machine, sites)):
        if value:
            yield value.rstrip("\\/") + rest


def _values(placeholder: str, machine: Machine, sites: tuple[str, ...]) -> Iterator[str]:
    variables, python = machine.environment, machine.python
    if placeholder == "site":
        yield from sites
    elif placeholder.startswith("env:"):
        wanted = placeholder.removeprefix("env:").upper()
        yield from (value for name, value in variables.items() if fnmatch.fnmatchcase(name.upper(), wanted))
    elif placeholder in ("prefix", "base_prefix"):
        if python is not None:
            yield python.prefix if placeholder == "prefix" else python.base_prefix
    elif placeholder == "windows":
        yield machine.system.windows_directory
    elif placeholder == "program_files":
        yield _variable(variables, "ProgramFiles")
    elif placeholder == "program_files_x86":
        yield _variable(variables, "ProgramFiles(x86)")
    elif placeholder == "local_app_data":
        yield _variable(variables, "LOCALAPPDATA")
    elif placeholder == "home":
        yield _variable(variables, "USERPROFILE") or variables.get("HOME", "")


def _variable(variables: Mapping[str, str], name: str) -> str:
    """A variable of Windows, whose names compare without case."""
    found = (value for known, value in variables.items() if known.upper() == name.upper())
    return next(found, DEFAULTS.get(name, ""))
