"""Servers on this computer, and a cache and a home of their own: no test reads the person's settings."""

from __future__ import annotations

import pytest

from tests.support.index_server import serving


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serving() as running:
        yield running


@pytest.fixture
def quick(monkeypatch):
    """Short patience, so that what never ends is seen to be ended."""
    from wontload.wheels import web

    monkeypatch.setattr(web, "READ_S", 1.5)
    monkeypatch.setattr(web, "WHOLE_S", 4.0)
    monkeypatch.setattr(web, "PAUSES_S", (0.01, 0.01))
