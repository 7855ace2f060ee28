"""`wontload check` as SARIF 2.1.0, as GitHub's code scanning takes it.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; GitHub Docs, "SARIF support for code
scanning" (what of it is read, and the limits: 25,000 results a run, 20 tags).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from wontload._version import __version__
from wontload.app.baseline import fingerprint
from wontload.app.explain import page
from wontload.diagnosis.finding import Severity
from wontload.diagnosis.words import listed
from wontload.report.load_json import Object
from wontload.report.text import clean
from wontload.wheels.checking import CheckedWheel, CheckFinding

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
MOST_RESULTS = 25_000


def check_to_sarif(wheels: Iterable[CheckedWheel], known: frozenset[str] = frozenset()) -> Object:
    """One run with a result for each finding; what the baseline knows is marked as unchanged."""
    wheels = list(wheels)
    found = [(wheel, one) for wheel in wheels for one in wheel.findings]
    codes = sorted({one.finding.code for _, one in found})
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "wontload",
                        "semanticVersion": __version__,
                        "rules": [_rule(code) for code in codes],
                    }
                },
                "columnKind": "utf16CodeUnits",
                "invocations": [
                    {"executionSuccessful": not any(one.problem for one in wheels), **_notifications(wheels)}
                ],
                "results": [_result(wheel, one, codes, known) for wheel, one in found[:MOST_RESULTS]],
            }
        ],
    }


def _notifications(wheels: Sequence[CheckedWheel]) -> Object:
    told = [
        {"level": "error", "message": {"text": clean(one.problem)}, "locations": list(_locations(one.path))}
        for one in wheels
        if one.problem
    ]
    told += [
        {
            "level": "note",
            "message": {"text": clean(f"{skipped.what}: {listed(skipped.files, 12)}")},
            "locations": list(_locations(one.path)),
        }
        for one in wheels
        for skipped in one.skipped
    ]
    return {"toolExecutionNotifications": told} if told else {}


def _rule(code: str) -> Object:
    told = page(code)
    return {
        "id": code,
        "name": code,
        "shortDescription": {"text": told.title},
        "fullDescription": {"text": told.title},
        "help": {"text": told.text, "markdown": told.text},
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": ["packaging"], "precision": "high"},
    }


def _result(wheel: CheckedWheel, found: CheckFinding, codes: list[str], known: frozenset[str]) -> Object:
    finding, mark = found.finding, fingerprint(wheel, found)
    where = f" On {', '.join(found.targets)}." if found.targets else ""
    facts = "".join(f"\n- {one.text}" for one in finding.evidence)
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": LEVELS[finding.severity],
        "message": {"text": clean(f"{finding.title}.{where} {finding.explanation}") + _lines(facts)},
        "locations": list(_locations(wheel.path, finding.chain[0] if finding.chain else "")),
        "partialFingerprints": {"wontload/v1": hashlib.sha256(mark.encode("utf-8", "surrogateescape")).hexdigest()},
        "baselineState": "unchanged" if mark in known else "new",
    }


def _lines(text: str) -> str:
    return "\n".join(map(clean, text.split("\n")))


def _locations(path: str, member: str = "") -> Iterator[Object]:
    """The wheel, relative to where the check ran; GitHub wants a line, and a wheel has none but its first."""
    relative = os.path.relpath(path)
    uri = relative if not relative.startswith("..") else os.path.abspath(path)
    physical = {
        "artifactLocation": {"uri": quote(uri.replace(os.sep, "/"), errors="replace")},
        "region": {"startLine": 1},
    }
    logical = {"logicalLocations": [{"fullyQualifiedName": clean(member), "kind": "module"}]} if member else {}
    yield {"physicalLocation": physical, **logical}
