"""The environment of a Visual Studio instance's prompt, as its own batch file sets it.

Source: Microsoft, "Use the Microsoft C++ toolset from the command line": `vcvarsall.bat x64 -vcvars_ver=14.38`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

from wontload.build.studio import Studio
from wontload.errors import WontloadError

PATIENCE_S = 120.0
BEGIN = "wontload-variables-follow"


class NoPrompt(WontloadError):
    """vcvarsall.bat did not run. Exit status 4."""


def vcvars_arguments(studio: Studio) -> list[str]:
    """What vcvarsall.bat is told: the architecture, and the toolset where the newest is not wanted."""
    version = [f"-vcvars_ver={'.'.join(studio.toolset.split('.')[:2])}"] if studio.toolset and not studio.newest else []
    return ["x64", *version]


def prompt_of(studio: Studio, own: Mapping[str, str]) -> dict[str, str]:
    """The variables after vcvarsall.bat has run in an environment.

    Raises:
        NoPrompt: it is not there, or fails.
    """
    line = f'call "{studio.vcvars}" {" ".join(vcvars_arguments(studio))} && echo {BEGIN} && set'
    try:
        done = subprocess.run(
            f'{os.environ.get("COMSPEC", "cmd.exe")} /u /d /s /c "{line}"',
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_S,
            env=dict(own),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoPrompt(f"{studio.vcvars} could not be run: {error}.") from error
    variables = parse_prompt(done.stdout)
    if not any(name.upper() == "INCLUDE" for name in variables):  # it may fail without a status
        raise NoPrompt(
            f"{studio.vcvars} failed.",
            f"Repair {studio.name} with Visual Studio's installer, or take another with --generator.",
        )
    return variables


def parse_prompt(data: bytes) -> dict[str, str]:
    """What `set` printed behind our mark; `cmd /u` writes its own words in UTF-16, whatever a batch file writes."""
    mark = BEGIN.encode("utf-16-le")
    text = data[data.find(mark) + len(mark) :].decode("utf-16-le", "replace") if mark in data else ""
    lines = (line.partition("=") for line in text.splitlines())
    return {name: value for name, equals, value in lines if equals and name.strip()}
