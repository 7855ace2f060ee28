"""Fetching wheels with the environment's own installer, from wherever it is configured to; nothing is installed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from wontload.remedy.refused import StepFailed

PATIENCE_S = 3600.0
MOST_SAID = 600  # characters of pip's own words in an error
NO_INDEX = ("No matching distribution found", "Could not find a version")


class CannotFetch(StepFailed):
    """A wheel could not be had: no network, no such version, none for this Python. Exit status 4."""


def fetch(
    requirements: Sequence[str],
    *,
    pip: Sequence[str],
    directory: str,
    index: str = "",
    options: Sequence[str] = (),
) -> tuple[str, ...]:
    """Download exactly these distributions, as wheels for that interpreter, without what they depend on.

    Args:
        requirements: such as `nvidia-cublas-cu12<12.5`.
        pip: how the pip is called whose configuration counts, and that fetches for the environment's Python.
        directory: the wheels are laid there. index: URL of the one index to ask; empty for those of the configuration.
        options: further ones of pip's, such as `--no-index`.

    Returns:
        Paths of the wheels.

    Raises:
        CannotFetch: with what pip said.
    """
    plain = ("--disable-pip-version-check", "--no-input", "--only-binary=:all:", "--no-deps", "--progress-bar=off")
    command = [*pip, "download", *plain, *options, f"--dest={directory}"]
    command += [*((f"--index-url={index}",) if index else ()), *requirements]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotFetch(f"pip could not be run: {error}.") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "backslashreplace").strip()[-MOST_SAID:]
        step = "Is there a network, and a wheel for this Python?" if any(one in said for one in NO_INDEX) else ""
        raise CannotFetch(f"{', '.join(requirements)} could not be fetched: {said}", step)
    return tuple(sorted(os.path.join(directory, name) for name in os.listdir(directory) if name.endswith(".whl")))
