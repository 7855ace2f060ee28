"""Holds every JSON output of the tool against the schema that it names."""

from __future__ import annotations

import json
import tarfile
from functools import cache
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator

from tests.support.downloads import wheel
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


def check_sarif(log: dict[str, Any]) -> dict[str, Any]:
    """Assert that a log is SARIF 2.1.0 as OASIS's own schema has it; the log, as a program would read it."""
    found = json.loads(json.dumps(log, allow_nan=False))
    errors = [f"{error.json_path}: {error.message[:300]}" for error in sarif_validator().iter_errors(found)]
    assert not errors, "\n".join(errors)
    return found  # type: ignore[no-any-return]


@cache
def sarif_validator() -> Draft7Validator:
    """Of the schema that a pinned source distribution carries."""
    with tarfile.open(wheel("cfn-lint")) as archive:
        name = next(one for one in archive.getnames() if one.endswith("/schemas/sarif/schema-2.1.0.json"))
        file = archive.extractfile(name)
        assert file is not None
        told = json.load(file)
    Draft7Validator.check_schema(told)
    assert told["title"] == "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"
    return Draft7Validator(told)
