"""What drives a build: the interpreter's own pip, one of a fresh environment, pip's wheel, or uv. Each isolates it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wontload.build.asking import said
from wontload.errors import WontloadError

PATIENCE_S = 120.0
OLDEST_PIP = (21, 3)  # builds a directory where it lies, and hands on what the build prints with -v


class NoFrontend(WontloadError):
    """Nothing here can drive a build. Exit status 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontend:
    """How a build is started.

    Attributes:
        name: `pip` or `uv`. command: its beginning. python: the interpreter that the wheel is for.
    """

    name: str
    command: tuple[str, ...]
    python: str

    def wheel(self, source: str, into: str, *, offline: bool, find_links: Sequence[str]) -> list[str]:
        """The command that builds `source` and leaves a wheel in `into`; nothing is taken from a cache."""
        links = [f"--find-links={directory}" for directory in find_links]
        alone = ["--no-index"] if offline else []
        if self.name == "uv":
            no_cache = ["--no-cache", *(["--offline"] if offline else [])]
            target = ["build", "--wheel", f"--out-dir={into}", f"--python={self.python}"]
            return [*self.command, *target, *no_cache, *alone, *links, source]
        plain = ["--no-deps", "--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar=off", "-v"]
        return [*self.command, "wheel", *plain, f"--wheel-dir={into}", *alone, *links, source]


def frontend(
    python: str, directory: str, environment: Mapping[str, str], *, find_links: Sequence[str] = ()
) -> Frontend:
    """The best that is here.

    Args:
        python: the interpreter that the wheel is for. directory: where a fresh environment may be made.
        find_links: directories that may hold a wheel of pip, which runs as it is.

    Raises:
        NoFrontend: no pip, none that the interpreter could bring, no uv.
    """
    if _pip(python, environment) >= OLDEST_PIP:
        return Frontend(name="pip", command=(python, "-m", "pip"), python=python)
    fresh = _fresh(python, os.path.join(directory, "environment"), environment)
    if fresh is not None:
        return Frontend(name="pip", command=(fresh, "-m", "pip"), python=python)
    for wheel in _wheels_of_pip(find_links):  # Source: ensurepip, which starts its own in the same way
        return Frontend(name="pip", command=(python, os.path.join(wheel, "pip")), python=python)
    if uv := shutil.which("uv"):
        return Frontend(name="uv", command=(uv,), python=python)
    raise NoFrontend(
        f"{python} has no pip of 21.3 or newer, and cannot make an environment with one.",
        "Install pip for it (`python -m ensurepip`, on Debian the package python3-venv), or uv.",
    )


def _wheels_of_pip(find_links: Sequence[str]) -> list[str]:
    found = [os.path.join(one, name) for one in find_links if os.path.isdir(one) for name in sorted(os.listdir(one))]
    return [path for path in found if re.match(r"pip-\d+[\w.]*-py3-none-any\.whl$", os.path.basename(path))]


def _pip(python: str, environment: Mapping[str, str]) -> tuple[int, ...]:
    answer = said([python, "-m", "pip", "--version"], environment, patience_s=PATIENCE_S)
    found = re.match(r"pip (\d+)\.(\d+)", answer)
    return (int(found[1]), int(found[2])) if found else ()


def _fresh(python: str, directory: str, environment: Mapping[str, str]) -> str | None:
    said([python, "-m", "venv", directory], environment, patience_s=PATIENCE_S)
    names = (os.path.join("Scripts", "python.exe"), os.path.join("bin", "python"))
    for path in (os.path.join(directory, name) for name in names):
        if os.path.isfile(path) and _pip(path, environment) >= OLDEST_PIP:
            return path
    return None
