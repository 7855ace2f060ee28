"""What the tests of the command line share: commands run in this process, unless its streams are the subject."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli import Ran
from wontload.cli import main

Command = Callable[..., Ran]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty current directory, and none of the environments of whoever runs the tests."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """`command("tree", "libx.so")`: as `python -m wontload` would be run."""

    def run(*arguments: str) -> Ran:
        status = main(list(arguments), as_module=True)
        out, err = capsys.readouterr()
        return Ran(status, out, err)

    return run


@pytest.fixture
def complaint(command: Command) -> Callable[..., str]:
    """`complaint(2, "json", "--python", "x")`: what stands on stderr: one line, and nothing on stdout."""

    def run(status: int, *arguments: str) -> str:
        ran = command(*arguments)
        assert (ran.status, ran.out) == (status, ""), ran
        (line,) = ran.err.splitlines()
        assert line.startswith("wontload: ")
        assert line.isprintable()
        assert "defect" not in line
        return line.removeprefix("wontload: ")

    return run


def saved(path: Path, content: object) -> str:
    """A file with `content` as JSON; its path."""
    path.write_text(json.dumps(content))
    return str(path)
