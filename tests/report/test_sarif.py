"""SARIF: what is written fits the standard's own schema, and says where each finding is and whether it is known."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support.images import pe
from tests.support.schemas import check_sarif
from tests.support.wheels import make_wheel
from wontload.app.check import checking
from wontload.report.sarif import check_to_sarif

URI = re.compile(r"[!#-\[\]-~]+")  # printable ASCII without spaces, quotes and backslashes


def log_of(*paths: Path, known: frozenset[str] = frozenset()) -> dict:
    with checking([str(path) for path in paths], python=str) as found:
        told = check_to_sarif([found.check(path) for path in found.paths], known)
    return check_sarif(told)


def test_results_point_to_rules_and_wheels(tmp_path: Path):
    path = make_wheel(tmp_path, {"demo/a.pyd": pe(needs=["lost.dll"]), "demo/msvcp140.dll": pe()})
    (run,) = log_of(path)["runs"]
    rules = [one["id"] for one in run["tool"]["driver"]["rules"]]
    assert rules == sorted({one["ruleId"] for one in run["results"]})
    assert {(one["ruleId"], one["level"]) for one in run["results"]} == {("WL201", "error"), ("WL518", "warning")}
    for one in run["results"]:
        assert rules[one["ruleIndex"]] == one["ruleId"]
        uri = one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert URI.fullmatch(uri)
        assert uri.endswith(".whl")
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


def test_a_wheel_whose_name_is_no_address_gets_one(tmp_path: Path):
    path = tmp_path / 'a "b" é\\c-1.0-py3-none-any.whl'
    path.write_bytes(b"no zip")
    (told,) = log_of(path)["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert URI.fullmatch(told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])


def test_what_was_left_out_is_a_notification(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("wontload.wheels.unpacking.MOST_HASHED_BYTES", 2000)
    path = make_wheel(tmp_path, {"demo/data.bin": bytes(5000)})
    (invocation,) = log_of(path)["runs"][0]["invocations"]
    (told,) = invocation["toolExecutionNotifications"]
    assert (invocation["executionSuccessful"], told["level"]) == (True, "note")
    assert told["message"]["text"].endswith("--thorough does it: demo/data.bin")


def test_control_characters_of_members_do_not_get_through(tmp_path: Path):
    path = make_wheel(tmp_path, {"demo/a.pyd": pe(needs=["lost\x1b[31m.dll"])})
    assert "\x1b" not in json.dumps(log_of(path), ensure_ascii=False)
