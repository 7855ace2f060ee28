"""An empty place for files whose paths stand inside shared objects."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oracles.glibc.worlds import DIRECTORIES, ROOT


@pytest.fixture
def root() -> Iterator[Path]:
    shutil.rmtree(ROOT, ignore_errors=True)
    for directory in DIRECTORIES:
        (ROOT / directory).mkdir(parents=True)
    yield ROOT
    shutil.rmtree(ROOT, ignore_errors=True)
