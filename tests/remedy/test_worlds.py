"""Generated broken worlds: a fix that exists is found, and no proven fix fails when it is applied."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.remedy.trees import tree
from tests.remedy.worlds import broken
from tests.support.environments import environment, interpreter
from wontload.app.applying import apply
from wontload.app.fix import plan
from wontload.app.undoing import undo

pytestmark = pytest.mark.oracle("gcc")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment(tmp_path_factory.mktemp("world") / "venv")


@pytest.fixture(autouse=True)
def emptied(site: Path) -> Iterator[None]:
    yield
    for path in site.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def check(seed: int, site: Path) -> tuple[bool, bool, int, int]:
    """(a fix exists, one was found, proven fixes, proven fixes that worked) of one world; all is undone."""
    world = broken(seed)
    world.build(site)
    python = interpreter(site.parents[2])
    code = [python, "-c", "import broken"]
    assert subprocess.run(code, capture_output=True, check=False).returncode != 0, world
    before = tree(site)
    made = plan("broken", python=python)
    proven = [fix for fix in made.fixes if fix.proof.works and not fix.by_hand]
    worked = 0
    for fix in proven:
        attempt = apply(fix, made)
        if attempt.kept:
            worked += 1
            undo(attempt.journal)
        assert tree(site) == before, (world, fix.id)
    return world.can_be_mended, bool(proven), len(proven), worked


@pytest.mark.parametrize("seed", range(30))
def test_a_fix_that_exists_is_found_and_works(seed: int, site: Path):
    exists, found, proven, worked = check(seed, site)
    assert found is exists, broken(seed)
    assert worked == proven, broken(seed)


@pytest.mark.sweep
@pytest.mark.parametrize("start", range(1000, 1300, 50))
def test_three_hundred_more(start: int, site: Path, tmp_path: Path, record_property: object):
    rows = []
    for seed in range(start, start + 50):
        rows.append(check(seed, site))
        for path in site.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    existing = [row for row in rows if row[0]]
    found = sum(row[1] for row in existing)
    proven, worked = sum(row[2] for row in rows), sum(row[3] for row in rows)
    print(f"fixes found: {found} of {len(existing)}; proven fixes that worked: {worked} of {proven}")
    assert (found, worked) == (len(existing), proven)
    assert not [row for row in rows if row[1] and not row[0]]
