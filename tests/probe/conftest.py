"""Packages to try, written by each test, and the interpreters to try them in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from wontload.probe import Report, observe

VERSIONS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")


@cache
def interpreters() -> dict[str, str]:
    """The Pythons on PATH, and this one, by version."""
    found = {}
    for version in VERSIONS:
        candidates = [shutil.which(f"python{version}"), *_of_pyenv(version)]
        if path := next(filter(None, map(_executable, candidates)), None):
            found[version] = path
    found["{}.{}".format(*sys.version_info)] = sys.executable
    return found


def _of_pyenv(version: str) -> list[str]:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    return [str(path) for path in sorted(root.glob(f"versions/{version}.*/bin/python"))]


def _executable(command: str | None) -> str | None:
    """What a command really runs: a version manager's shim may stand there, with or without a Python behind it."""
    if command is None:
        return None
    done = subprocess.run(
        [command, "-c", "import sys; print(sys.executable)"], capture_output=True, encoding="utf-8", check=False
    )
    return done.stdout.strip() if done.returncode == 0 else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "interpreter" in metafunc.fixturenames:
        found = interpreters()
        metafunc.parametrize("interpreter", found.values(), ids=found.keys())


Try = Callable[..., Report]


@pytest.fixture
def attempt(tmp_path: Path) -> Iterator[Try]:
    """`attempt(code)` writes a module `broken` with that code and observes its import, in a directory of its own."""
    work = tmp_path / "work"
    work.mkdir()

    def run(code: str = "", target: str = "broken", python: str = sys.executable, **options: object) -> Report:
        (work / "broken.py").write_text(code, encoding="utf-8")
        return observe(target, python=python, cwd=str(work), **options)  # type: ignore[arg-type]

    yield run
    assert not [name for name in os.listdir(work) if name.startswith("core")], "a core file was left behind"
