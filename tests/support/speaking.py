"""A pytest plugin: which codes were found while each test ran, as JSON into the file that `WONTLOAD_SPEAKING` names."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from wontload.diagnosis.finding import Finding
from wontload.remedy.advice import JudgedAdvice

PLACE = "WONTLOAD_SPEAKING"
spoken: dict[str, list[str]] = {}


@pytest.fixture(autouse=True)
def listening(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every finding that is made, and every advice that is found of no help, is noted under the running test."""
    codes = spoken.setdefault(request.node.nodeid, [])
    for kind in (Finding, JudgedAdvice):
        made = kind.__init__

        def noting(self: Finding | JudgedAdvice, *given: object, _made=made, **named: object) -> None:
            _made(self, *given, **named)
            codes.append(self.code or "")

        monkeypatch.setattr(kind, "__init__", noting)


def pytest_sessionfinish() -> None:
    """Write it down."""
    Path(os.environ[PLACE]).write_text(json.dumps(spoken))
