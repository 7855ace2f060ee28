"""The tags that a Python takes, worked out from what is known of it, are those that it names itself."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import packaging
import pytest
from packaging import tags

from tests.support.windows import windows
from wontload import load_machine
from wontload.app.places import this_computer
from wontload.machine import Machine, System
from wontload.machine.machine import Python
from wontload.machine.memory import MemoryFiles
from wontload.wheels.supported import supported_tags

ASK = "import json; from packaging import tags; print(json.dumps([str(one) for one in tags.sys_tags()]))"


def machine(system: System, platform: str, version: str = "3.11.9", **how: object) -> Machine:
    python = Python(
        executable="p", base_executable="p", version=version, prefix="/", base_prefix="/", platform=platform, **how
    )  # type: ignore[arg-type]
    return Machine(id="m", system=system, files=MemoryFiles(windows=False), python=python)


def names(one: Machine) -> list[str]:
    return [str(tag) for tag in supported_tags(one)]


def test_this_python_takes_what_it_says():
    assert supported_tags(this_computer(sys.executable).machine) == tuple(tags.sys_tags())


@pytest.mark.oracle("wine")
def test_a_windows_python_takes_what_it_says():
    own = Path(packaging.__file__).parent.parent
    win = windows()
    with win.python("tags") as python:
        done = python.run("-c", f"import sys; sys.path.append({win.to_windows(own)!r}); {ASK}")
    (saved,) = (load_machine(Path(__file__).parents[2] / "examples" / "rtx4070super.json").machine,)
    assert names(saved) == json.loads(done.stdout)


@pytest.mark.parametrize(
    ("one", "has", "lacks"),
    [
        (
            machine(System(name="linux", libc="musl", libc_version="1.2.4"), "linux_x86_64"),
            "cp311-cp311-musllinux_1_1_x86_64",
            "cp311-cp311-manylinux_2_5_x86_64",
        ),
        (
            machine(System(name="linux", libc="glibc", libc_version="2.31"), "linux_aarch64"),
            "cp311-abi3-manylinux2014_aarch64",
            "cp311-cp311-manylinux_2_12_aarch64",
        ),
        (
            machine(System(name="macos", version="14.5"), "macosx_14_0_arm64"),
            "cp311-cp311-macosx_11_0_universal2",
            "cp311-cp311-macosx_15_0_arm64",
        ),
        (
            machine(
                System(name="windows"), "win_amd64", "3.13.1", extension_suffixes=(".cp313t-win_amd64.pyd", ".pyd")
            ),
            "cp313-cp313t-win_amd64",
            "cp313-abi3-win_amd64",
        ),
        (
            machine(
                System(name="linux", libc="glibc", libc_version="2.36"),
                "linux_x86_64",
                implementation="PyPy",
                extension_suffixes=(".pypy311-pp73-x86_64-linux-gnu.so", ".so"),
            ),
            "pp311-pypy311_pp73-manylinux_2_17_x86_64",
            "cp311-cp311-manylinux_2_17_x86_64",
        ),
    ],
)
def test_other_pythons(one, has, lacks):
    found = names(one)
    assert has in found
    assert lacks not in found
    assert "py3-none-any" in found


def test_without_a_python_nothing_is_taken():
    assert supported_tags(Machine(id="m", system=System(name="linux"), files=MemoryFiles())) == ()
