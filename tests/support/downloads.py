"""Real wheels for the tests: pinned in `downloads.toml`, fetched by pip once, kept under `.cache/downloads`."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.locks import CACHE, locked
from tests.support.toml import read_toml

PINS = Path(__file__).with_name("downloads.toml")
DOWNLOADS = CACHE / "downloads"
ATTEMPTS = 2
TIMEOUT_S = 240


@cache
def pins() -> dict[str, dict[str, Any]]:
    """Every pinned file by its `id`, which is its distribution's name where there is only one of it."""
    return {pin.get("id", pin["name"]): pin for pin in read_toml(PINS)["download"]}


def wheel(name: str) -> Path:
    """The pinned file of distribution `name` on this disk, downloaded and verified if it is not here yet."""
    pin = pins()[name]
    path = DOWNLOADS / pin["file"]
    if not path.is_file():
        with locked(DOWNLOADS / f".{name}.lock"):
            if not path.is_file():
                download(pin, path)
    return path


def download(pin: dict[str, Any], path: Path) -> None:
    """Fetch a pinned file to `path` with pip; its hash is checked twice, and it appears there whole or not at all."""
    with tempfile.TemporaryDirectory(dir=path.parent) as directory:
        requirement = Path(directory, "requirement.txt")
        requirement.write_text(f"{pin['name']}=={pin['version']} --hash=sha256:{pin['sha256']}\n")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--require-hashes", "-r", str(requirement), "-d", directory, *pin.get("arguments", ())]
        for attempt in range(ATTEMPTS):
            done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
            if done.returncode == 0:
                break
            if attempt == ATTEMPTS - 1:
                raise RuntimeError(f"pip could not download {pin['file']}: {done.stderr.strip()[-2000:]}")
        fetched = Path(directory, pin["file"])
        digest = hashlib.sha256(fetched.read_bytes()).hexdigest()
        if digest != pin["sha256"]:
            raise RuntimeError(f"{pin['file']} has another hash than the pinned one: {digest}")
        fetched.replace(path)
