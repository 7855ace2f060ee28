"""Fields of the child's record → values of the right type and a bounded size.

The target could write into the record too, so a field of another type is read as absent.
"""

from __future__ import annotations

from collections.abc import Mapping

from wontload.machine import ObservedError, Python

TEXT_LIMIT = 65536  # characters
LIST_LIMIT = 65536


def text(value: object) -> str:
    """A string of bounded length; empty for anything else."""
    return value[:TEXT_LIMIT] if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    """The strings of a list."""
    return tuple(text(one) for one in value[:LIST_LIMIT] if isinstance(one, str)) if isinstance(value, list) else ()


def number(value: object) -> int | None:
    """A whole number that fits 64 bits."""
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 64 else None


def mapping(value: object) -> Mapping[str, object]:
    """An object."""
    return value if isinstance(value, dict) else {}


def variables(value: object) -> dict[str, str]:
    """An object of strings."""
    return {name: text(one) for name, one in mapping(value).items() if isinstance(one, str)}


def read_python(facts: Mapping[str, object]) -> Python:
    """The interpreter, from the `python` event's facts."""
    system, _, architecture = text(facts.get("platform")).partition("-")
    if system == "macosx":
        architecture = architecture.rpartition("-")[2]
    return Python(
        executable=text(facts.get("executable")),
        base_executable=text(facts.get("base_executable")),
        version=text(facts.get("version")),
        implementation=text(facts.get("implementation")),
        platform=(f"{system}_{architecture}" if architecture else system).replace("-", "_"),
        prefix=text(facts.get("prefix")),
        base_prefix=text(facts.get("base_prefix")),
        layout=text(facts.get("layout")) or "plain",
        path=texts(facts.get("path")),
        extension_suffixes=texts(facts.get("extension_suffixes")),
    )


def read_error(value: object) -> ObservedError | None:
    """An exception as `child/errors.py` describes it."""
    said = mapping(value)
    if not said:
        return None
    return ObservedError(
        exception=text(said.get("exception")),
        text=text(said.get("text")),
        number=number(said.get("number")),
        file=text(said.get("file")) or None,
        line=number(said.get("line")),
        raised_by=text(said.get("raised_by")) or "python",
        name=text(said.get("name")) or None,
        chain=texts(said.get("chain")),
    )
