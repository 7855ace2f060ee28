"""Fetching wheels with the environment's own installer, from wherever it is configured to; nothing is installed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence

from wontload.remedy.pip_words import Unreached, errors_of, unreached
from wontload.remedy.refused import StepFailed

PATIENCE_S = 3600.0
NO_INDEX = ("No matching distribution found", "Could not find a version")
WITHOUT_NETWORK = (
    "Is this computer online, and is a proxy needed (HTTPS_PROXY)? Without a network: fetch the wheels elsewhere with "
    "pip download, and name their directory in PIP_FIND_LINKS; --offline leaves out all that is fetched."
)


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

    def refused(said: str) -> CannotFetch:
        step = "Is there a network, and a wheel for this Python?" if any(one in said for one in NO_INDEX) else ""
        return CannotFetch(f"{', '.join(requirements)} could not be fetched: {said}", step)

    ask_pip(command, refused)
    return tuple(sorted(os.path.join(directory, name) for name in os.listdir(directory) if name.endswith(".whl")))


def ask_pip(command: Sequence[str], refused: Callable[[str], CannotFetch], *, patience_s: float = PATIENCE_S) -> bytes:
    """What pip writes to standard output.

    Args:
        command: its whole command line. refused: makes the error of what pip said, where it fails for itself.
        patience_s: seconds that it may take.

    Raises:
        CannotFetch: pip cannot be run, reaches no index, or fails.
    """
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=patience_s, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotFetch(f"pip could not be run: {error}.") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "backslashreplace")
        if away := unreached(done.stdout.decode("utf-8", "backslashreplace") + said):
            raise CannotFetch(_told(away), WITHOUT_NETWORK)
        raise refused(errors_of(said))
    return done.stdout


def _told(away: Unreached) -> str:
    hosts = " and ".join(away.hosts) or "the index"
    reason = f" ({away.reason})" if away.reason else ""
    return f"the download failed: pip did not reach {hosts}{reason}."
