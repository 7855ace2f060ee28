"""Which versions of a distribution the installed ones ask for, by their metadata."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.machines import linux
from wontload.app.environment import versions_asked
from wontload.machine import Machine


def with_installed(site: Path, **requirements: str) -> Machine:
    """A machine whose Python has one distribution of each name, which says that one line of what it requires."""
    for name, line in requirements.items():
        info = site / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: {line}\n")
    machine = linux()
    assert machine.python is not None
    return replace(machine, python=replace(machine.python, path=(str(site),)))


@pytest.mark.parametrize(
    ("requirements", "asked"),
    [
        ({"torch": "nvidia-nccl-cu12==2.27.5"}, "==2.27.5"),
        ({"torch": "NVIDIA_nccl.cu12 >=2.27", "cupy": "nvidia-nccl-cu12<3"}, "<3,>=2.27"),
        ({"torch": "nvidia-nccl-cu12==2.27.5; sys_platform == 'win32'"}, ""),
        ({"cuda_toolkit": "nvidia-nccl-cu12==2.27.*; extra == 'nccl'"}, "==2.27.*"),
        ({"torch": "nvidia-nccl-cu12<3", "cuda_toolkit": "nvidia-nccl-cu12==2.27.*; extra == 'nccl'"}, "<3"),
        ({"torch": "nvidia-nccl-cu12"}, ""),
        ({"torch": "numpy==2.0"}, ""),
    ],
)
def test_what_is_installed_asks_for(tmp_path: Path, requirements: dict[str, str], asked: str):
    assert versions_asked("nvidia_nccl_cu12", with_installed(tmp_path, **requirements)) == asked
