"""No module of a room needs another one of it imported before: whichever a command imports first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import wontload

CODE = """
import importlib, sys
for name in sys.argv[1:]:
    room = name.rpartition(".")[0] + "."
    for loaded in [one for one in sys.modules if one.startswith(room)]:
        del sys.modules[loaded]
    importlib.import_module(name)
"""


@pytest.mark.parametrize("room", ["app", "report", "diagnosis", "remedy"])
def test_every_module_can_be_the_first_one(room: str):
    home = Path(wontload.__file__).parent
    names = [f"wontload.{room}.{path.stem}" for path in sorted((home / room).glob("*.py")) if path.stem != "__init__"]
    asked = subprocess.run([sys.executable, "-c", CODE, *names], capture_output=True, text=True)
    assert asked.returncode == 0, asked.stderr
