"""An empty place for files whose paths stand inside shared objects."""

from __future__ import annotations

from tests.oracles.glibc.conftest import root

__all__ = ["root"]
