"""Each code's own tests make its rule speak, and hold it silent where it must be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.speaking import PLACE
from wontload.diagnosis.catalogue import CODES

TESTS = Path(__file__).parent
ROOT = TESTS.parents[1]


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[str]]]:
    """By test file: what was found in each of its tests. They run in a pytest of their own, in ten seconds or so."""
    place = tmp_path_factory.mktemp("spoken") / "codes.json"
    files = [str(TESTS / f"test_{code.lower()}_{name}.py") for code, name in CODES.items()]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.speaking", "-p", "no:xdist", *files]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, PLACE: str(place)}, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-2000:]
    found: dict[str, list[list[str]]] = {}
    for test, codes in json.loads(place.read_text()).items():
        found.setdefault(Path(test.partition("::")[0]).stem, []).append(codes)
    return found


def test_every_rule_speaks_in_one_test_and_is_silent_in_another(spoken: dict[str, list[list[str]]]) -> None:
    tests = {code: spoken[f"test_{code.lower()}_{name}"] for code, name in CODES.items()}
    assert [code for code, ran in tests.items() if not any(code in codes for codes in ran)] == []
    assert [code for code, ran in tests.items() if all(code in codes for codes in ran)] == []
