"""Small wheels made on the spot, and pip to install them: so that RECORD is what pip writes."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path


def wheel_of(directory: Path, name: str, files: Mapping[str, bytes | str], version: str = "1.0") -> Path:
    """A wheel in `directory` that holds `files`, by their paths in site-packages."""
    info = f"{name}-{version}.dist-info"
    everything = {
        **{path: data.encode() if isinstance(data, str) else data for path, data in files.items()},
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: false\nTag: py3-none-any\n",
    }
    lines = [f"{path},sha256={_digest(data)},{len(data)}" for path, data in everything.items()]
    everything[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""]).encode()
    path = directory / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in everything.items():
            archive.writestr(member, data)
    return path


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def virtual_environment(prefix: Path) -> Path:
    """A virtual environment of the interpreter that runs the tests, without pip; its python."""
    venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(prefix)
    return prefix / ("Scripts" if os.name == "nt" else "bin") / "python"


def pip(python: Path, *arguments: str | Path) -> None:
    """Our own pip, at work in another environment, with no index."""
    command = [sys.executable, "-m", "pip", "--python", str(python), *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
