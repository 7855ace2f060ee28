"""Whether files can be made in a directory: asked without making one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wontload.app.writable import can_write


def test_a_directory_and_one_that_is_not_there_yet(tmp_path: Path):
    assert can_write(str(tmp_path))
    assert can_write(str(tmp_path / "a" / "b"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="only root can become somebody else")
def test_one_of_somebody_elses(tmp_path: Path):
    code = f"from wontload.app.writable import can_write; print(can_write({str(tmp_path)!r}))"
    done = subprocess.run([sys.executable, "-c", code], user=65534, cwd="/", capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
