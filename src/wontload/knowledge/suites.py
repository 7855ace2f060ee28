"""Which components are installed together, so that their absence is one cause and not many."""

from __future__ import annotations

from fnmatch import fnmatchcase

from wontload.knowledge.components import Component
from wontload.knowledge.tables import table


def suite_of(component: Component) -> str:
    """The suite that a component comes with (`cuda`); its own family where it comes alone."""
    for row in table("suites")["suite"]:
        if component.family in row["families"]:
            return str(row["name"])
    return component.family


def is_directory_variable(name: str) -> bool:
    """Whether an environment variable of this name says where a suite is installed."""
    return any(fnmatchcase(name.upper(), pattern) for row in table("suites")["suite"] for pattern in row["variables"])
