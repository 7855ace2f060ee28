"""Where what a build lacks comes from here: a sentence and a command each (`knowledge/build_needs.toml`)."""

from __future__ import annotations

from dataclasses import dataclass

from wontload.knowledge.build_needs import needs
from wontload.knowledge.providers import manager_of
from wontload.machine import Machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What a person does: one clause, and the command for it; empty where there is none."""

    text: str
    command: str = ""


def remedies(need: str, machine: Machine, **values: str) -> tuple[Remedy, ...]:
    """What brings a need here, what this system's own package manager has first.

    Args:
        need: as a row of `build_needs.toml` calls it. values: for the placeholders in its command; a command whose
            placeholder has no value is left out.
    """
    system = machine.system.name
    manager = manager_of(machine.system.version) if system == "linux" else None
    layout = machine.python.layout if machine.python else ""
    found = []
    for one in needs(need, system):
        fits = one.manager in ("", manager) or (one.manager == "conda" and layout == "conda")
        if fits and all(value or f"{{{name}}}" not in one.command for name, value in values.items()):
            found.append(Remedy(text=one.text, command=one.command.format_map(_Blank(values))))
    return tuple(found)


class _Blank(dict[str, str]):
    """Values; a placeholder without one stays as it is."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"
