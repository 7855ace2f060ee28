"""Debian's packages, really removed and really installed, in a throw-away copy of this system."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import python311, unpack
from tests.support.gcc import SharedObject
from tests.support.schemas import check
from tests.support.throwaway_root import ThrowawayRoot, throwaway_root, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
WAIT = ("-o", "DPkg::Lock::Timeout=300")


@pytest.fixture
def root(tmp_path: Path) -> Iterator[ThrowawayRoot]:
    with throwaway_root(tmp_path) as made:
        yield made


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    made = tmp_path / "an environment ü"
    subprocess.run([python311(), "-m", "venv", "--without-pip", made], check=True)
    return made


def taken_away(root: ThrowawayRoot, package: str) -> None:
    """What other packages make of it is nothing to this copy."""
    root.run("dpkg", "--remove", "--force-depends", "--force-remove-essential", package)
    root.run("ldconfig")


def install(root: ThrowawayRoot, command: str) -> None:
    """Type what the plan says; root needs no sudo."""
    words = shlex.split(command)
    assert words[:3] == ["sudo", "apt", "install"]
    arguments = ("apt-get", *WAIT, "install", "--yes", "--no-install-recommends", *words[3:])
    if root.run(*arguments, check=False, timeout=600).returncode:
        root.run("apt-get", *WAIT, "update", timeout=600)
        root.run(*arguments, timeout=600)


def wontload(environment: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "wontload", *arguments, "--python", str(environment / "bin" / "python")]


def plan(root: ThrowawayRoot, environment: Path, target: str, state: Path) -> list[str]:
    done = root.run(
        *wontload(environment, "fix", target, "--plan", "--json"), check=False, WONTLOAD_STATE_DIR=str(state)
    )
    answer: dict[str, Any] = check(done.stdout or json.dumps({"schema": "", "said": done.stderr}))
    fix = next(one for one in answer["fixes"] if one["kind"] == "system-package")
    assert (fix["rights"], fix["proof"]["works"]) == ("administrator", None)  # what apt brings is not known yet
    return [step["command"] for step in fix["steps"]]


def imports(root: ThrowawayRoot, environment: Path, target: str) -> bool:
    python = str(environment / "bin" / "python")
    return root.run(python, "-c", f"import {target}", check=False).returncode == 0


def site_of(environment: Path) -> Path:
    return next(environment.glob("lib/*/site-packages"))


def needs_gl(environment: Path) -> str:
    """As opencv-python does: an extension beside which all lies but libGL."""
    package = site_of(environment) / "needs_gl"
    package.mkdir()
    (package / "libwork.so").write_bytes(SharedObject(needed=("libGL.so.1",)).bytes())
    (package / "__init__.py").write_text(
        "import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'libwork.so'))\n"
    )
    return "needs_gl"


def dearpygui(environment: Path) -> str:
    unpack(site_of(environment), "dearpygui")
    return "dearpygui._dearpygui"


def sounddevice(environment: Path) -> str:
    unpack(site_of(environment), "sounddevice", "cffi", "pycparser")
    return "sounddevice"


def zbar(environment: Path) -> str:
    unpack(site_of(environment), "pyzbar")
    return "pyzbar.pyzbar"


def magic(environment: Path) -> str:
    unpack(site_of(environment), "python-magic")
    return "magic"


# The last three look for their library by ctypes.util.find_library; python-magic asks the loader besides.
MADE = [
    (needs_gl, "libgl1"),
    (dearpygui, "libx11-6"),
    (sounddevice, "libportaudio2"),
    (zbar, "libzbar0"),
    (magic, "libmagic1"),
]


@pytest.mark.parametrize(("made", "package"), MADE)
def test_the_command_of_the_plan_mends_it(root: ThrowawayRoot, environment: Path, tmp_path: Path, made, package: str):
    target = made(environment)
    taken_away(root, package)
    assert not imports(root, environment, target)
    (command,) = plan(root, environment, target, tmp_path / "state")
    assert command == f"sudo apt install {package}"
    install(root, command)
    assert imports(root, environment, target)
    taken_away(root, package)
    assert not imports(root, environment, target)


@pytest.mark.parametrize(("made", "package"), [(needs_gl, "libgl1"), (sounddevice, "libportaudio2")])
def test_a_person_is_led_through_it(root: ThrowawayRoot, environment: Path, tmp_path: Path, made, package: str):
    """The command is shown, the person runs it, and the import is tried and kept."""
    target = made(environment)
    taken_away(root, package)
    shown = f"sudo apt install {package}"
    answers = {
        "Apply system-package?": lambda: "y\n",
        "Press Enter": lambda: install(root, shown) or "\n",
    }
    command = wontload(environment, "fix", target, "--use", "system-package", "--no-color")
    status, said = root.converse(answers, "env", f"WONTLOAD_STATE_DIR={tmp_path / 'state'}", *command)
    assert (status, shown in said) == (0, True), said
    assert f"{target} loads" in said
