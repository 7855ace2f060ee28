"""Getting a source distribution from the index that the interpreter's pip is configured for, or from directories."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from wontload.build.frontend import Frontend
from wontload.build.source import NoSource
from wontload.build.unpack import is_archive
from wontload.knowledge.packages import normalised

PATIENCE_S = 3600.0
MOST_SAID = 600  # characters of pip's own words in an error


def fetch_source(
    requirement: str, name: str, frontend: Frontend, directory: str, *, offline: bool, find_links: Sequence[str]
) -> str:
    """The path of a source distribution of exactly that package.

    Args:
        requirement: such as `pyzmq==27.1.0`. directory: a place of the build's own.

    Raises:
        NoSource: there is none, or no network.
    """
    if offline:
        return _lying(requirement, name, find_links)
    if frontend.name != "pip":
        raise NoSource(
            f"{requirement} cannot be fetched without pip.", "Give a source distribution with --source FILE."
        )
    into = os.path.join(directory, "sdist")
    os.mkdir(into)
    command = frontend.download(requirement, name, into, find_links=find_links)
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoSource(f"{requirement} could not be fetched: {error}.") from error
    found = [one for one in os.listdir(into) if is_archive(one)]
    if done.returncode or len(found) != 1:
        said = (done.stderr or done.stdout).decode("utf-8", "backslashreplace").strip()[-MOST_SAID:]
        raise NoSource(
            f"no source distribution of {requirement} could be fetched: {said}",
            "Is there a network, and does the index have its source? --source takes a directory or a file.",
        )
    return os.path.join(into, found[0])


def _lying(requirement: str, name: str, find_links: Sequence[str]) -> str:
    version = requirement.partition("==")[2]
    for directory in find_links:
        for file in sorted(os.listdir(directory), reverse=True) if os.path.isdir(directory) else ():
            stem = file.lower().removesuffix(".tar.gz").removesuffix(".zip")
            own, _, number = stem.rpartition("-")
            if is_archive(file) and normalised(own) == normalised(name) and version in ("", number):
                return os.path.join(directory, file)
    raise NoSource(
        f"there is no source distribution of {requirement} in --find-links, and --offline forbids the network.",
        "Give it with --source FILE or DIRECTORY.",
    )
