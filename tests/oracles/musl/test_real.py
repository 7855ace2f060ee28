"""Real musllinux wheels: every shared object in them, with a library that has Python's symbols, and without.

There is no Python for musl here, so what a process of one would see is a library in LD_PRELOAD that defines each symbol
of Python's that the wheels leave open.
"""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.oracles.musl.oracle import both
from tests.support.downloads import wheel
from wontload.binary import read_image

pytestmark = pytest.mark.oracle("gcc", "musl")
WHEELS = ("greenlet-musl", "psycopg2-binary-musl", "pillow-musl")


def unpacked(name: str, directory: Path) -> list[Path]:
    with zipfile.ZipFile(wheel(name)) as archive:
        archive.extractall(directory)
    return sorted(path for path in directory.rglob("*.so*") if path.is_file())


def python_of(objects: list[Path], path: Path) -> Path:
    """A library that defines what these leave to Python."""
    names = {symbol.name or "" for one in objects for symbol in read_image(str(one)).undefined}
    source = "".join(f"int {name} = 1;\n" for name in sorted(names) if name.startswith(("Py", "_Py")))
    command = ["gcc", "-x", "c", "-shared", "-fPIC", "-nostdlib", "-", "-o", str(path)]
    subprocess.run(command, input=source, text=True, check=True, timeout=60)
    return path


@pytest.mark.parametrize("name", WHEELS)
def test_every_shared_object_of_a_wheel(name: str, tmp_path: Path) -> None:
    objects = unpacked(name, tmp_path / "wheel")
    python = python_of(objects, tmp_path / "libpython.so")
    assert objects
    for one in objects:
        for environment in ({"LD_PRELOAD": str(python)}, {}):
            predicted, observed = both(str(one), directory=tmp_path, environment=environment)
            assert predicted == observed, one
