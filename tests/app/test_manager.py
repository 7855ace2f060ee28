"""Who made an environment, by what conda's kin and pixi leave there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wontload.app.manager import manager_of


def history(prefix: Path, *commands: str) -> None:
    (prefix / "conda-meta").mkdir(parents=True, exist_ok=True)
    lines = [f"==> 2024-01-01 00:00:00 <==\n# cmd: {command}\n+conda-forge::python-3.11\n" for command in commands]
    (prefix / "conda-meta" / "history").write_text("".join(lines))


def test_a_virtual_environment_has_none(tmp_path: Path):
    assert manager_of(str(tmp_path)) is None


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ("/opt/conda/bin/conda create -n chat python=3.11", "conda"),
        (r"C:\Users\ada\miniforge3\Scripts\mamba.exe install numpy", "mamba"),
        ("micromamba install -n chat mamba", "micromamba"),
        ("constructor.exe", "conda"),
    ],
)
def test_the_program_of_the_last_transaction(tmp_path: Path, command: str, program: str):
    history(tmp_path, "/opt/conda/bin/conda create -n chat", command)
    found = manager_of(str(tmp_path))
    assert found is not None
    assert (found.kind, found.program, found.prefix) == ("conda", program, str(tmp_path))


@pytest.mark.parametrize("note", [json.dumps({"manifest_path": "/w/pixi.toml"}), "{", "[]", '{"manifest_path": 3}'])
def test_pixi_by_its_own_note_whatever_it_says(tmp_path: Path, note: str):
    prefix = tmp_path / ".pixi" / "envs" / "cuda"
    history(prefix, "pixi install")
    (prefix / "conda-meta" / "pixi").write_text(note)
    found = manager_of(str(prefix))
    assert found is not None
    assert (found.kind, found.program, found.environment) == ("pixi", "pixi", "cuda")
    assert found.manifest == ("/w/pixi.toml" if "/w/" in note else "")
