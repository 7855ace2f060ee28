"""Real musllinux wheels: every shared object in them, with a library that has Python's symbols, and without."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.oracles.musl.oracle import both
from tests.support.downloads import wheel
from tests.support.musl import python_for

pytestmark = pytest.mark.oracle("gcc", "musl")
WHEELS = ("greenlet-musl", "psycopg2-binary-musl", "pillow-musl")


def unpacked(name: str, directory: Path) -> list[Path]:
    with zipfile.ZipFile(wheel(name)) as archive:
        archive.extractall(directory)
    return sorted(path for path in directory.rglob("*.so*") if path.is_file())


@pytest.mark.parametrize("name", WHEELS)
def test_every_shared_object_of_a_wheel(name: str, tmp_path: Path) -> None:
    objects = unpacked(name, tmp_path / "wheel")
    python = python_for(objects, tmp_path / "libpython.so")
    assert objects
    for one in objects:
        for environment in ({"LD_PRELOAD": str(python)}, {}):
            predicted, observed = both(str(one), directory=tmp_path, environment=environment)
            assert predicted == observed, one
