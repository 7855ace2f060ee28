"""Holds every JSON output of the tool against the schema that it names."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from wontload.report.schema import schema


def check(output: str | bytes | dict[str, Any]) -> dict[str, Any]:
    """Assert that an output fits the schema it names; the object, as a program would read it.

    Args:
        output: the text that the tool wrote, or the object, which is written and read back first.
    """
    text = json.dumps(output, allow_nan=False) if isinstance(output, dict) else output
    found = json.loads(text)
    errors = sorted(validator(found["schema"]).iter_errors(found), key=lambda error: list(map(str, error.path)))
    assert not errors, "\n".join(f"{error.json_path}: {error.message[:300]}" for error in errors)
    return found  # type: ignore[no-any-return]


@cache
def validator(name: str) -> Draft202012Validator:
    """The validator of `wontload.why/1` or the like; the schema itself is checked first."""
    Draft202012Validator.check_schema(schema(name))
    return Draft202012Validator(schema(name))
