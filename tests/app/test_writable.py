"""Whether files can be made in a directory: asked without making one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wontload.app.writable import can_write


def test_a_directory_and_one_that_is_not_there_yet(tmp_path: Path):
    assert can_write(str(tmp_path))
    assert can_write(str(tmp_path / "a" / "b"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="only root can become somebody else")
def test_one_of_somebody_elses(tmp_path: Path):
    child = os.fork()  # no new program: somebody else may not be allowed to start this Python
    if child == 0:
        status = 2
        try:
            os.setuid(65534)
            status = int(can_write(str(tmp_path)))
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
