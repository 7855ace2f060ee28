"""Who provides what is missing: several files of one manager's packages become one command."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import Evidence


def lines(evidence: list[Evidence]) -> list[str]:
    """`pip install a b`, or whatever the providers say of themselves; the first provider of each file.

    Where any of the files would do, each provider has a line of its own, `or` before all but the first.
    """
    grouped: dict[str, dict[str, None]] = {}
    alternatives: dict[str, None] = {}
    for one in evidence:
        for head, package in _offer(one):
            if one.data.get("alternative"):
                alternatives[f"{head} {package}".strip()] = None
            else:
                grouped.setdefault(head, {})[package] = None
    lines = [f"{head} {' '.join(packages)}".strip() for head, packages in grouped.items()]
    return lines + [f"{'or ' if number else ''}{line}" for number, line in enumerate(alternatives)]


def _offer(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """(what begins the line, what it is about); files with the same beginning share a line."""
    offers = evidence.data.get("providers")
    first = offers[0] if isinstance(offers, list | tuple) and offers and isinstance(offers[0], dict) else evidence.data
    package, where, command = (str(first.get(key) or "") for key in ("package", "where", "command"))
    if command and package and command.endswith(f" {package}"):
        yield command[: -len(package) - 1], package
    elif command:
        yield command, ""
    elif package and where.casefold() == "pypi":
        yield "pip install", package
    elif package and where:
        yield f"{package} ({where})", ""
    elif package or not evidence.data.get("component"):  # of a component alone, the request tree tells
        yield evidence.text, ""
