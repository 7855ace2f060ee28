"""Everything that inflates, done with zlib and with zlib-ng: a module that imports `each_inflater` runs with both."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from types import ModuleType

import pytest
from zlib_ng import zlib_ng

from wontload.binary import deflate

INFLATERS: dict[str, ModuleType] = {"zlib": zlib, "zlib-ng": zlib_ng}


@pytest.fixture(params=INFLATERS, scope="module", autouse=True)
def each_inflater(request: pytest.FixtureRequest) -> Iterator[None]:
    """The one and the other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deflate, "taken", INFLATERS[request.param])
        yield
