"""Recorded reports: `pytest tests/report --record` writes them anew, and the reviewer reads them in the diff."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

RECORDED = Path(__file__).parent / "recorded"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="write the recorded reports anew instead of comparing")


@pytest.fixture
def compare(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Assert that a text is the one recorded under a name; with `--record`, record it."""

    def compare(name: str, text: str) -> None:
        path = RECORDED / name
        if request.config.getoption("--record", default=False):
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.exists(), f"nothing is recorded as {name}: run pytest tests/report --record, and read it"
        assert text == path.read_text(encoding="utf-8")

    return compare
