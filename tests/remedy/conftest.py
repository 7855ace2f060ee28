from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state directory and a home of the test's own."""
    directory = tmp_path_factory.mktemp("state dir ü")
    monkeypatch.setenv("WONTLOAD_STATE_DIR", str(directory))
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    return directory
