"""Environment variables that matter, and where each was set.

Sources: Microsoft, "Environment Variables" (the user's in `HKCU\\Environment`, the machine's in the Session Manager's
key; a process gets the machine's, then the user's over them, PATH joined from both); pam_env(8), /etc/environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wontload.knowledge.variables import subject_of
from wontload.machine.inventory import Variable
from wontload.machine.survey.sources import Sources

USER_KEY = r"HKCU\Environment"
MACHINE_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
# `https://name:password@host`: whoever reads an inventory has no use for it, and it may be sent to strangers.
CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


def variables(sources: Sources) -> tuple[Variable, ...]:
    """Those set for the machine, for the user, and then the process's own that neither accounts for."""
    stored = {"machine": _machine(sources), "user": _user(sources)}
    found = [
        Variable(name=name, value=value, origin=origin) for origin, values in stored.items() for name, value in values
    ]
    inherited = {name.upper(): value for values in stored.values() for name, value in values}
    inherited["PATH"] = _joined_path(stored)
    for name, value in sorted(sources.machine.environment.items()):
        if subject_of(name) and _expanded(inherited.get(name.upper(), ""), sources) != value:
            found.append(Variable(name=name, value=value, origin="process"))
    return tuple(Variable(name=one.name, value=CREDENTIALS.sub("", one.value), origin=one.origin) for one in found)


def _machine(sources: Sources) -> list[tuple[str, str]]:
    if sources.system == "windows":
        return list(_of_key(sources, MACHINE_KEY))
    return list(parse_assignments(sources.text("/etc/environment") or ""))


def _user(sources: Sources) -> list[tuple[str, str]]:
    return list(_of_key(sources, USER_KEY)) if sources.system == "windows" else []


def _of_key(sources: Sources, key: str) -> Iterator[tuple[str, str]]:
    values: Mapping[str, object] | None = sources.registry.values(key)
    if values is None:
        sources.note(key, "cannot be read")
    for name, value in sorted((values or {}).items()):
        if subject_of(name) and isinstance(value, str):
            yield name, value


def parse_assignments(text: str) -> Iterator[tuple[str, str]]:
    """`NAME=value` a line, `export` before it and quotes around the value allowed, `#` for comments."""
    for line in text.splitlines():
        found = re.fullmatch(r"\s*(?:export\s+)?(\w+)=(['\"]?)(.*?)\2\s*", line)
        if found and subject_of(found[1]):
            yield found[1], found[3]


def _joined_path(stored: Mapping[str, list[tuple[str, str]]]) -> str:
    parts = [value for values in stored.values() for name, value in values if name.upper() == "PATH"]
    return ";".join(part.rstrip(";") for part in parts)


def _expanded(value: str, sources: Sources) -> str:
    """With `%NAME%` replaced, as Windows does for values of that kind."""
    if sources.system != "windows":
        return value
    return re.sub(r"%([^%]+)%", lambda found: sources.variable(found[1]) or found[0], value)
