"""Which Python is meant: --python, the active environment, the running one, the first on PATH."""

from __future__ import annotations

import os
import re
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest

from tests.support.environments import distribution, environment, interpreter
from wontload.errors import UsageError
from wontload.machine import interpreters
from wontload.machine.interpreters import chosen, has_other_packages, installed_elsewhere, is_store_alias, on_path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX layout")


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    environment(tmp_path / "venv")
    return tmp_path / "venv"


def test_named_by_its_path_its_environment_or_a_command(prefix: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(prefix)
    where = {"PATH": str(prefix / "bin"), "VIRTUAL_ENV": "/elsewhere"}
    for name in (interpreter(prefix), str(prefix), ".", "bin/python", "python"):
        path, why = chosen(name, as_module=True, environment=where)
        assert os.path.abspath(path) == interpreter(prefix), name
        assert why == "named with --python"
    assert chosen("nowhere", as_module=True, environment=where)[0] == "nowhere", "whoever starts it says what is wrong"
    with pytest.raises(UsageError):
        chosen("", as_module=True, environment=where)


@pytest.mark.parametrize("variable", ["VIRTUAL_ENV", "CONDA_PREFIX"])
def test_the_active_environment(prefix: Path, variable: str):
    path, why = chosen(as_module=True, environment={variable: str(prefix)})
    assert path == interpreter(prefix)
    assert variable in why


def test_a_virtual_environment_before_the_conda_one_around_it(prefix: Path, tmp_path: Path):
    environment(tmp_path / "conda")
    where = {"VIRTUAL_ENV": str(prefix), "CONDA_PREFIX": str(tmp_path / "conda")}
    assert chosen(as_module=True, environment=where)[0] == interpreter(prefix)
    assert chosen(as_module=True, environment={**where, "VIRTUAL_ENV": "/gone"})[0] == interpreter(tmp_path / "conda")


def test_the_running_one_when_started_as_a_module(prefix: Path):
    assert chosen(as_module=True, environment={"PATH": str(prefix / "bin")})[0] == sys.executable


def test_the_first_on_path_for_a_tool_in_an_environment_of_its_own(prefix: Path, monkeypatch: pytest.MonkeyPatch):
    """pipx and `uv tool` give a program an environment with nothing else in it."""
    monkeypatch.setattr(interpreters, "_own_site_packages", lambda: [])
    path, why = chosen(as_module=False, environment={"PATH": f"/nowhere:{prefix / 'bin'}:/usr/bin"})
    assert (path, why) == (interpreter(prefix), "the first python on PATH")
    assert chosen(as_module=False, environment={"PATH": "/nowhere"})[0] == sys.executable


def test_the_running_one_when_its_environment_has_other_packages(prefix: Path, monkeypatch: pytest.MonkeyPatch):
    site = next((prefix / "lib").glob("python*/site-packages"))
    monkeypatch.setattr(interpreters, "_own_site_packages", lambda: [str(site)])
    where = {"PATH": str(prefix / "bin")}
    needed = [re.split(r"[^\w-]", need)[0] for need in requires("wontload") or ()]
    for name in ("wontload", "pip", "setuptools", *needed):
        distribution(site, name, {})
    assert not has_other_packages([str(site)])
    assert chosen(as_module=False, environment=where)[0] == interpreter(prefix)
    distribution(site, "llama-cpp-python", {})
    assert has_other_packages([str(site)])
    assert chosen(as_module=False, environment=where)[0] == sys.executable


def test_store_aliases_are_no_interpreters(tmp_path: Path):
    apps, real = tmp_path / "Microsoft" / "WindowsApps", tmp_path / "real"
    for directory, content in ((apps, ""), (real, "#!")):
        directory.mkdir(parents=True)
        (directory / "python").write_text(content)
    assert is_store_alias(str(apps / "python"))
    assert is_store_alias(str(apps / "cannot be opened"))
    assert not is_store_alias(str(real / "python"))
    assert list(on_path({"PATH": f"{apps}:{real}::"})) == [str(real / "python")]


def test_environments_that_have_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home" / ".conda").mkdir(parents=True)
    for name in (".venv", "venv", "listed", "home/.pyenv/versions/3.99.1", "own"):
        distribution(environment(tmp_path / name), "Some-Dist", {"some_module": ""})
    environment(tmp_path / "env")
    (tmp_path / "home" / ".conda" / "environments.txt").write_text(f"{tmp_path / 'listed'}\n\n{tmp_path / 'gone'}\n")
    where = {"VIRTUAL_ENV": str(tmp_path / "own"), "PATH": ""}
    for name in ("some_module", "some.dist"):
        found = [
            os.path.relpath(prefix, tmp_path)
            for prefix, _ in installed_elsewhere(name, where, str(tmp_path), except_prefix=str(tmp_path / "own"))
        ]
        assert found == [".venv", "venv", "home/.pyenv/versions/3.99.1", "listed"]
    (site,) = (tmp_path / ".venv").rglob("site-packages")
    (site / "other").write_text("as README of some, which no import finds")
    assert list(installed_elsewhere("other", where, str(tmp_path), except_prefix="/")) == []
