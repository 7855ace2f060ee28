"""A wheel that was built, installed so that it can be taken back: with what it requires, and kept only if it works."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

from wontload.app.environment import environment_of
from wontload.app.places import this_computer
from wontload.app.trying import Attempt, try_steps
from wontload.errors import WontloadError
from wontload.knowledge.packages import import_name_for, normalised
from wontload.remedy.change import Change
from wontload.remedy.fetching import CannotFetch, ask_pip, fetch
from wontload.remedy.fix import Fix
from wontload.remedy.proof import Proof
from wontload.remedy.steps import InstallWheels
from wontload.wheels.archive import Archive
from wontload.wheels.wheel import read_wheel

PATIENCE_S = 600.0
INSTALLERS = ("pip", "pip --user", "uv")


class CannotInstall(WontloadError):
    """The wheel cannot be installed into this environment. Exit status 4."""


def install(
    wheel: str, *, python: str, offline: bool = False, find_links: Sequence[str] = (), timeout_s: float = 60.0
) -> Attempt:
    """Install a wheel and what it requires, import it for real, and take everything back if that fails.

    Args:
        wheel: its path. python: the interpreter of the environment.
        offline, find_links: nothing is fetched but from those directories. timeout_s: for the import.

    Raises:
        CannotInstall: the environment has no installer.
        CannotFetch: what the wheel requires cannot be had.
    """
    environment = environment_of(this_computer(python).machine)
    if environment.installer not in INSTALLERS or not environment.pip:
        why = f"{environment.managed_by} forbids it" if environment.managed_by else "it has no pip"
        raise CannotInstall(f"nothing can be installed for {python}: {why}.", f"The wheel is {wheel}.")
    options = [*(["--no-index"] if offline else []), *(f"--find-links={one}" for one in find_links)]
    with tempfile.TemporaryDirectory(prefix="wl-", ignore_cleanup_errors=True) as directory:
        others = _required(wheel, environment.pip, options)
        fetched = fetch(others, pip=environment.pip, directory=directory, options=options) if others else ()
        step = InstallWheels(
            python=python,
            wheels=(wheel, *fetched),
            places=environment.places,
            installer=environment.installer,
            again=True,
        )
        fix = Fix(
            id="build",
            kind="build",
            title=f"install {os.path.basename(wheel)}",
            steps=(step,),
            change=Change(),
            proof=Proof(before=(), after=()),
        )
        return try_steps(fix, _target(wheel), python, timeout_s=timeout_s)


def _target(wheel: str) -> str:
    """What to import: the package's known name, else the only one at the top of the wheel, else its own name."""
    with Archive(wheel) as archive:
        found = read_wheel(archive)
        tops = dict.fromkeys(name.partition("/")[0] for name in archive.members if name.endswith("/__init__.py"))
    return import_name_for(found.name) or next(iter(tops), found.name)


def _required(wheel: str, pip: Sequence[str], options: Sequence[str]) -> tuple[str, ...]:
    """Distributions that the wheel requires and that are not installed, each with the version that pip chose."""
    quiet = ["--disable-pip-version-check", "--no-input", "--quiet", "--only-binary=:all:"]
    command = [*pip, "install", "--dry-run", "--report=-", *quiet, *options, wheel]
    name = os.path.basename(wheel)
    report = ask_pip(
        command,
        lambda said: CannotFetch(f"what {name} requires cannot be had: {said}", "Install that first."),
        patience_s=PATIENCE_S,
    )
    return tuple(_listed(report, name.partition("-")[0]))


def _listed(report: bytes, own: str) -> Iterator[str]:
    """Source: pip documentation, Installation report, `install[].metadata`."""
    try:
        told: Any = json.loads(report)
        found = [(one["metadata"]["name"], one["metadata"]["version"]) for one in told["install"]]
    except (ValueError, KeyError, TypeError) as error:
        raise CannotFetch("pip's report of what would be installed cannot be read.") from error
    yield from (f"{name}=={version}" for name, version in found if normalised(name) != normalised(own))
