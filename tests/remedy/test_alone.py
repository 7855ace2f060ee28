"""Two at once: one waits for the other, and a process that dies keeps nobody out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from wontload.errors import WontloadError
from wontload.remedy import alone as module
from wontload.remedy.alone import alone
from wontload.remedy.journal import CannotWrite

HOLD = "import sys; from wontload.remedy.alone import alone\nwith alone(): print('in', flush=True); sys.stdin.read()"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WONTLOAD_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def test_the_second_is_refused_while_the_first_is_in_there(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "WAIT_S", 0.2)
    with subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline().strip() == b"in"
        with pytest.raises(WontloadError, match="another wontload"), alone():
            pytest.fail("two are in there")
        first.kill()
        first.wait()
        with alone():
            pass


def test_a_state_directory_that_cannot_be(state: Path):
    state.write_text("a file")
    with pytest.raises(CannotWrite, match="WONTLOAD_STATE_DIR"), alone():
        pytest.fail("without a lock")
