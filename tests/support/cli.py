"""Running the tool as a person does: a process of its own, its streams read, its JSON held against the schema."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.downloads import wheel
from tests.support.schemas import check

TIMEOUT_S = 120


@dataclass(frozen=True)
class Ran:
    """What one run left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.out)
        check(answer)
        return answer


def wontload(*arguments: str, cwd: Path | None = None, timeout_s: float = TIMEOUT_S, **environment: str) -> Ran:
    """`python -m wontload ARGUMENTS` with variables set; the environments of whoever runs the tests are left out."""
    own = {
        name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH")
    }
    done = subprocess.run(
        [sys.executable, "-m", "wontload", *arguments],
        capture_output=True,
        timeout=timeout_s,
        cwd=cwd,
        env={**own, **environment},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def why(*arguments: str, cwd: Path | None = None, **environment: str) -> tuple[int, dict[str, Any]]:
    """Exit status and `wontload.why/1` of a diagnosis."""
    ran = wontload(*arguments, "--json", cwd=cwd, **environment)
    assert ran.out, ran.err
    return ran.status, ran.json


def python311() -> str:
    """A CPython 3.11, for which the Linux wheels of the tests are pinned."""
    if sys.version_info[:2] == (3, 11):
        return sys.executable
    found = shutil.which("python3.11")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("no python3.11 on PATH, and in CI there must be one")
        pytest.skip("no python3.11 on PATH")
    return found


def unpack(site: Path, *names: str) -> Path:
    """Install pinned wheels by unpacking them, as pip does with wheels that have no scripts or data."""
    for name in names:
        with zipfile.ZipFile(wheel(name)) as archive:
            archive.extractall(site)
    return site
