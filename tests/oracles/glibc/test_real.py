"""Real shared objects: those of this environment's packages, of Python itself, and of the system."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path

import pytest

from tests.oracles.glibc.oracle import EarlierLoadDied, both

pytestmark = pytest.mark.oracle("gcc")


def shared_objects() -> list[Path]:
    """In a fixed order that mixes them, so that every n-th is a fair sample."""
    places = [sysconfig.get_path("platlib"), sysconfig.get_config_var("DESTSHARED"), "/usr/lib/x86_64-linux-gnu"]
    found = {os.path.realpath(path) for place in places if place for path in Path(place).rglob("*.so*")}
    files = (Path(path) for path in found)
    return sorted((path for path in files if path.is_file()), key=lambda path: (hash_of(path.name), path))


def hash_of(name: str) -> int:
    return sum(ord(letter) * 31**place for place, letter in enumerate(name)) % 9973


def disagreements(paths: list[Path], directory: Path) -> list[object]:
    found: list[object] = []
    for path in paths:
        try:
            predicted, observed = both(str(path), directory=directory)
        except EarlierLoadDied:
            continue
        died = observed.error is not None and observed.error.startswith("exit ")
        if predicted != observed and not died:  # what a constructor does is beyond a loader's model
            found.append((path, predicted, observed))
    return found


def test_a_sample(tmp_path: Path) -> None:
    assert disagreements(shared_objects()[::40], tmp_path) == []


@pytest.mark.sweep
def test_all_of_them(tmp_path: Path) -> None:
    assert disagreements(shared_objects(), tmp_path) == []
