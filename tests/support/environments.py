"""Virtual environments made by hand: a few files, as `python -m venv --without-pip` would leave them; or with pip."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.support.locks import CACHE, locked

POOL = CACHE / "environments"


def environment_with_pip(prefix: Path, python: str = sys.executable) -> Path:
    """What `python -m venv` makes, in a tenth of its time: pip's files are copied from an environment made before."""
    subprocess.run([python, "-m", "venv", "--without-pip", prefix], check=True)
    (site,) = prefix.glob("lib/*/site-packages")
    shutil.copytree(_with_pip(python), site, dirs_exist_ok=True)
    return prefix


@cache
def _with_pip(python: str) -> Path:
    """The site-packages of an environment of that interpreter with pip, made once."""
    version = subprocess.run([python, "-VV"], check=True, capture_output=True).stdout
    root = POOL / hashlib.sha256(python.encode() + version).hexdigest()[:12]
    with locked(root.with_name(f"{root.name}.lock")):
        if not (root / "whole").exists():
            subprocess.run([python, "-m", "venv", "--clear", root], check=True)
            (root / "whole").touch()
    return next(root.glob("lib/*/site-packages"))


def environment(prefix: Path) -> Path:
    """A virtual environment of the interpreter that runs the tests; its site-packages, empty."""
    scripts = prefix / ("Scripts" if os.name == "nt" else "bin")
    scripts.mkdir(parents=True)
    base = Path(sys._base_executable)  # type: ignore[attr-defined]  # documented in Lib/venv: what a venv starts
    (prefix / "pyvenv.cfg").write_text(f"home = {base.parent}\ninclude-system-site-packages = false\n")
    for name in ("python", f"python{sys.version_info[0]}"):
        (scripts / name).symlink_to(base)
    site = prefix / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    site.mkdir(parents=True)
    return site


def interpreter(prefix: Path) -> str:
    """The interpreter of an environment made here."""
    return str(prefix / ("Scripts" if os.name == "nt" else "bin") / "python")


def distribution(site: Path, name: str, modules: dict[str, str], version: str = "1.0") -> None:
    """Install a distribution of single-file modules, with their code, as pip would record it."""
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    for module, code in modules.items():
        (site / f"{module}.py").write_text(code)
    (info / "RECORD").write_text("".join(f"{module}.py,,\n" for module in modules) + f"{info.name}/METADATA,,\n")
