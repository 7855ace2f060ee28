"""The Python environment that a fix may write into: what its own interpreter says of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

from wontload.knowledge.packages import normalised
from wontload.machine import Machine
from wontload.machine.dist_info import described, installed
from wontload.machine.survey.distributions import required
from wontload.remedy.fix import Environment

PATIENCE_S = 60.0
# Executed by the target's interpreter: `site` directories whose .pth files it reads, and where pip installs.
SCRIPT = """
import json, os, site, sys, sysconfig
from importlib.util import find_spec
read = [os.path.abspath(one) for one in getattr(site, "getsitepackages", list)()] if not sys.flags.no_site else []
if getattr(site, "ENABLE_USER_SITE", False):
    read.append(os.path.abspath(site.getusersitepackages()))
marker = os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
json.dump({
    "sites": [one for one in read if one in map(os.path.abspath, sys.path) or one == read[-1]],
    "places": sysconfig.get_paths(),
    "pip": find_spec("pip") is not None,
    "managed": sys.prefix == sys.base_prefix and os.path.isfile(marker),
    "no_site": bool(sys.flags.no_site),
}, sys.stdout)
"""


def environment_of(machine: Machine) -> Environment:
    """The environment of a machine's interpreter: asked if it is this computer, else as its paths tell."""
    python = machine.python
    if python is None:
        return Environment(python="")
    if machine.id != "this":
        sites = [
            entry for entry in python.path if entry.replace("\\", "/").endswith(("/site-packages", "/dist-packages"))
        ]
        site = next((entry for entry in sites if entry.startswith(python.prefix)), None)
        return Environment(python=python.executable, prefix=python.prefix, site=site, installer="pip")
    told = _ask(python.executable)
    if told is None:
        return Environment(python=python.executable, prefix=python.prefix)
    purelib = os.path.normcase(str(told["places"].get("purelib", "")))
    # On Windows the first of `getsitepackages()` is the installation's own directory; where pip installs comes first.
    sites = sorted((str(one) for one in told["sites"]), key=lambda one: os.path.normcase(one) != purelib)
    return Environment(
        python=python.executable,
        prefix=python.prefix,
        site=next((one for one in sites if _can_write(one)), None),
        places={str(name): str(path) for name, path in told["places"].items()},
        installer="pip" if told["pip"] else "uv" if shutil.which("uv") else "",
        managed_by="the system's package manager" if told["managed"] else "",
    )


def requiring(name: str, machine: Machine) -> Iterator[str]:
    """Names of the installed distributions that require the distribution `name`, other than as an extra."""
    python = machine.python
    for one in installed(python.path if python else ()):
        if normalised(name) in required(one.read("METADATA", "PKG-INFO"), extras=False):
            yield described(one).name


def _ask(python: str) -> dict[str, Any] | None:
    try:
        done = subprocess.run(
            [python, "-c", SCRIPT], stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S, check=False
        )
        told = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return told if isinstance(told, dict) else None


def _can_write(directory: str) -> bool:
    """Whether files can be made there; for a user site that does not exist yet, in the nearest directory above."""
    while not os.path.isdir(directory):
        above = os.path.dirname(directory)
        if above == directory:
            return False
        directory = above
    return os.access(directory, os.W_OK | os.X_OK)
