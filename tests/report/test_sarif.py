"""SARIF: every object that is written has what the specification asks for and nothing that it does not know."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from tests.support.images import pe
from tests.support.wheels import make_wheel
from wontload.app.check import checking
from wontload.report.sarif import check_to_sarif

# The parts of SARIF 2.1.0 that are used, as the standard has them: 3.13 sarifLog, 3.14 run, 3.18 tool, 3.19
# toolComponent, 3.20 invocation, 3.27 result, 3.28 location, 3.29 physicalLocation, 3.33 logicalLocation, 3.49
# reportingDescriptor, 3.58 notification. Source: OASIS, SARIF Version 2.1.0.
LEVEL = {"enum": ["none", "note", "warning", "error"]}


def thing(required: list[str], **properties: object) -> dict[str, object]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def several(items: object) -> dict[str, object]:
    return {"type": "array", "items": items}


TEXT = thing(["text"], text={"type": "string", "minLength": 1}, markdown={"type": "string"})
LOCATION = thing(
    [],
    physicalLocation=thing(
        ["artifactLocation"],
        artifactLocation=thing(["uri"], uri={"type": "string", "pattern": r"^[!#-\[\]-~]+$"}),
        region=thing(["startLine"], startLine={"type": "integer", "minimum": 1}),
    ),
    logicalLocations=several(thing([], fullyQualifiedName={"type": "string"}, kind={"type": "string"})),
)
RULE = thing(
    ["id"],
    id={"type": "string"},
    name={"type": "string"},
    shortDescription=TEXT,
    fullDescription=TEXT,
    help=TEXT,
    defaultConfiguration=thing([], level=LEVEL),
    properties={"type": "object"},
)
RESULT = thing(
    ["message"],
    ruleId={"type": "string"},
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=TEXT,
    locations=several(LOCATION),
    partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}},
    baselineState={"enum": ["new", "unchanged", "updated", "absent"]},
)
NOTIFICATION = thing(["message"], level=LEVEL, message=TEXT, locations=several(LOCATION))
DRIVER = thing(["name"], name={"type": "string"}, semanticVersion={"type": "string"}, rules=several(RULE))
INVOCATION = thing(
    ["executionSuccessful"],
    executionSuccessful={"type": "boolean"},
    toolExecutionNotifications=several(NOTIFICATION),
)
RUN = thing(
    ["tool"],
    tool=thing(["driver"], driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    invocations=several(INVOCATION),
    results=several(RESULT),
)
SCHEMA_URI = {"$schema": {"type": "string", "format": "uri"}}
LOG = thing(["version", "runs"], **SCHEMA_URI, version={"const": "2.1.0"}, runs=several(RUN))


def log_of(*paths: Path, known: frozenset[str] = frozenset()) -> dict:
    with checking([str(path) for path in paths], python=str) as found:
        told = check_to_sarif([found.check(path) for path in found.paths], known)
    Draft202012Validator(LOG).validate(told)
    return json.loads(json.dumps(told))


def test_results_point_to_rules_and_wheels(tmp_path: Path):
    path = make_wheel(tmp_path, {"demo/a.pyd": pe(needs=["lost.dll"]), "demo/msvcp140.dll": pe()})
    (run,) = log_of(path)["runs"]
    rules = [one["id"] for one in run["tool"]["driver"]["rules"]]
    assert rules == sorted({one["ruleId"] for one in run["results"]})
    assert {(one["ruleId"], one["level"]) for one in run["results"]} == {("WL201", "error"), ("WL518", "warning")}
    for one in run["results"]:
        assert rules[one["ruleIndex"]] == one["ruleId"]
        assert one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith(".whl")
        assert one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].startswith("demo/")


def test_what_is_known_is_marked_and_has_the_same_fingerprint(tmp_path: Path):
    path = make_wheel(tmp_path, {"demo/a.pyd": pe(needs=["lost.dll"])})
    (before,) = log_of(path)["runs"][0]["results"]
    (after,) = log_of(path, known=frozenset({"WL201 demo lost.dll"}))["runs"][0]["results"]
    assert (before["baselineState"], after["baselineState"]) == ("new", "unchanged")
    assert before["partialFingerprints"] == after["partialFingerprints"]


def test_a_wheel_that_cannot_be_read_is_a_notification(tmp_path: Path):
    path = tmp_path / "evil name-1.0-py3-none-any.whl"
    path.write_bytes(b"no zip")
    (invocation,) = log_of(path)["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "ZIP" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_control_characters_of_members_do_not_get_through(tmp_path: Path):
    path = make_wheel(tmp_path, {"demo/a.pyd": pe(needs=["lost\x1b[31m.dll"])})
    assert "\x1b" not in json.dumps(log_of(path), ensure_ascii=False)
