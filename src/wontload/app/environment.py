"""The Python environment that a fix may write into: what its own interpreter and its own files say of it.

Sources: PEP 668 (EXTERNALLY-MANAGED beside the standard library, of no force in a virtual environment); Python, `site`
and "Finding modules" (`pythonNN._pth` without `import site`); conda, `conda-meta/history`; pixi, `conda-meta/pixi`
(github.com/microsoft/python-environment-tools, crates/pet-pixi); uv, `pyvenv.cfg` with a line `uv = VERSION`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from wontload.app.manager import manager_of
from wontload.app.writable import can_write
from wontload.knowledge.packages import normalised
from wontload.machine import Machine
from wontload.machine.dist_info import described, installed, is_of_an_extra, required, requirements
from wontload.machine.own_places import state_directory
from wontload.remedy.fix import Environment, Manager
from wontload.wheels.requirements import required_names, specifier_of

PATIENCE_S = 60.0
# Executed by the target's interpreter: `site` directories whose .pth files it reads, and where installers install.
SCRIPT = """
import json, os, site, sys, sysconfig
from importlib.util import find_spec
read = [os.path.abspath(one) for one in getattr(site, "getsitepackages", list)()] if not sys.flags.no_site else []
if getattr(site, "ENABLE_USER_SITE", False):
    read.append(os.path.abspath(site.getusersitepackages()))
marker = os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
preferred = getattr(sysconfig, "get_preferred_scheme", lambda kind: os.name + "_user")
home = os.path.dirname(sys.executable)
names = ["python%d%d._pth" % sys.version_info[:2], "python._pth"]
json.dump({
    "sites": [one for one in read if one in map(os.path.abspath, sys.path) or one == read[-1]],
    "places": sysconfig.get_paths(),
    "user": sysconfig.get_paths(preferred("user")) if getattr(site, "ENABLE_USER_SITE", False) else {},
    "pip": find_spec("pip") is not None,
    "managed": sys.prefix == sys.base_prefix and os.path.isfile(marker),
    "no_site": bool(sys.flags.no_site),
    "pth": [os.path.join(home, one) for one in names if os.path.isfile(os.path.join(home, one))][:1],
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
        # Which of conda's kin made it, a saved machine does not tell.
        manager = Manager(kind="conda", program="conda", prefix=python.prefix) if python.layout == "conda" else None
        return Environment(python=python.executable, prefix=python.prefix, site=site, installer="pip", manager=manager)
    told = _ask(python.executable)
    if told is None:
        return Environment(python=python.executable, prefix=python.prefix)
    return _environment(python.executable, python.prefix, told)


def _environment(python: str, prefix: str, told: dict[str, Any]) -> Environment:
    manager = manager_of(prefix)
    places = {str(name): str(path) for name, path in told["places"].items()}
    user = {str(name): str(path) for name, path in told["user"].items()}
    installer, pip = _installer(python, prefix, has_pip=bool(told["pip"]))
    if told["managed"]:
        installer, places = ("unpack", own_places(prefix)) if pip else ("", {})
    elif manager is not None and manager.kind == "pixi":
        installer = ""  # what is installed past it, it takes away again
    elif user and not can_write(places.get("purelib", "")):
        installer, places = {"pip": ("pip --user", user)}.get(installer, ("", {}))
    elif not can_write(places.get("purelib", "")):
        installer = ""
    # On Windows the first of `getsitepackages()` is the installation's own directory; where pip installs comes first,
    # and of what the system's manager keeps the user's part.
    first = (
        os.path.normcase(user.get("purelib", "")) if told["managed"] else os.path.normcase(places.get("purelib", ""))
    )
    sites = sorted((str(one) for one in told["sites"]), key=lambda one: os.path.normcase(one) != first)
    return Environment(
        python=python,
        prefix=prefix,
        site=next((one for one in sites if can_write(one)), None),
        places=places,
        installer=installer,
        pip=pip,
        managed_by="the system's package manager" if told["managed"] else "",
        manager=manager,
        path_file=str(told["pth"][0]) if told["pth"] and told["no_site"] else "",
    )


def own_places(prefix: str) -> dict[str, str]:
    """Where wheels are unpacked that no installer may install: beside the journal, a directory for each environment."""
    import hashlib

    name = hashlib.sha256(os.path.normcase(prefix).encode()).hexdigest()[:12]
    root = os.path.join(state_directory(), "libraries", name)
    return {"purelib": root, "platlib": root, "data": root} | {
        kind: os.path.join(root, kind) for kind in ("scripts", "headers", "include")
    }


def _installer(python: str, prefix: str, *, has_pip: bool) -> tuple[str, tuple[str, ...]]:
    """What installs here, and the `pip` that fetches: the environment's own, else one from outside that serves it."""
    uv = shutil.which("uv")
    if has_pip:
        pip: tuple[str, ...] = (python, "-m", "pip")
    elif find_spec("pip") is not None:
        pip = (sys.executable, "-m", "pip", "--python", python)  # since pip 22.3
    else:
        pip = (uv, "tool", "run", "pip", "--python", python) if uv else ()
    if uv and (not has_pip or _made_by_uv(prefix)):
        return "uv", pip
    return ("pip" if pip else ""), pip


def _made_by_uv(prefix: str) -> bool:
    try:
        with open(os.path.join(prefix, "pyvenv.cfg"), encoding="utf-8", errors="replace") as file:
            return any(line.partition("=")[0].strip() == "uv" for line in file.read(1 << 16).splitlines())
    except OSError:
        return False


def requiring(name: str, machine: Machine) -> Iterator[str]:
    """Names of the installed distributions that require the distribution `name`, other than as an extra."""
    python = machine.python
    for one in installed(python.path if python else ()):
        if normalised(name) in required(one.read("METADATA", "PKG-INFO"), extras=False):
            yield described(one).name


def versions_asked(name: str, machine: Machine) -> str:
    """Which versions of the distribution `name` the installed ones require, as in `==12.4.*`; empty for any.

    What an extra asks for counts where nothing else does: a meta-package such as cuda-toolkit has nothing but extras.
    """
    python, wanted = machine.python, normalised(name)
    lines: list[str] = []
    for one in installed(python.path if python else ()):
        metadata = one.read("METADATA", "PKG-INFO")
        lines += requirements(metadata) if wanted in required(metadata) else ()
    lines = [line for line in lines if is_of_an_extra(line) or wanted in required_names([line], machine)]
    return str(specifier_of(wanted, lines) or specifier_of(wanted, lines, extras=True))


def _ask(python: str) -> dict[str, Any] | None:
    try:
        done = subprocess.run(
            [python, "-c", SCRIPT], stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S, check=False
        )
        told = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return told if isinstance(told, dict) else None
