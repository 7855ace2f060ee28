"""What `check` says of a wheel on Debian 11, and what its own loader and Python make of the wheel's modules."""

from __future__ import annotations

import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.support.corpus import pins
from tests.support.debian import base_root, python_of
from tests.support.wheels import make_wheel
from tests.sweep.imports import LIMIT_S, SCRIPT, Imported, compare, differences
from wontload.machine.profile import clean_machine
from wontload.wheels.laying import site_of

SUITE, PROFILE, PYTHON = "bullseye", "debian-11", (3, 9)
TAG = "cp39-abi3-manylinux_2_34_x86_64"
NEW = "#include <pthread.h>\nvoid *PyInit_new(void) { return pthread_create; }\n"
OLD = "void *PyInit_old(void) { return 0; }\n"


@pytest.mark.sweep
@pytest.mark.oracle("apt")
@pytest.mark.parametrize("name", ["psutil", "pycryptodome", "pycryptodomex"])
def test_wheels_for_any_python_from_3_9_on(name: str, tmp_path: Path) -> None:
    wheel = next(one.path() for one in pins("manylinux_x86_64") if one.name == name)
    found = on_debian_11(wheel, tmp_path)
    assert differences(found) == []
    assert {one.observed for one in found} == {"loads"}


@pytest.mark.sweep
@pytest.mark.oracle("apt")
@pytest.mark.oracle("gcc")
def test_a_module_that_asks_for_a_newer_glibc_is_refused_there(tmp_path: Path) -> None:
    files = {}
    for name, source in (("new", NEW), ("old", OLD)):
        code, made = tmp_path / f"{name}.c", tmp_path / f"{name}.so"
        code.write_text(source)
        subprocess.run(["gcc", "-shared", "-fPIC", "-o", made, code], check=True)
        files[f"demo/{name}.abi3.so"] = made.read_bytes()
    found = on_debian_11(make_wheel(tmp_path, files, tag=TAG), tmp_path)
    assert differences(found) == []
    assert {one.member: one.observed for one in found} == {"demo/new.abi3.so": "refused", "demo/old.abi3.so": "loads"}


def on_debian_11(wheel: Path, directory: Path) -> list[Imported]:
    """Unpacked into a directory of its own, and imported by the Python of the unpacked system."""
    root, site = base_root(SUITE), directory / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    machine, process = clean_machine(PROFILE, architecture="x86_64", python=PYTHON)
    environment = {**os.environ, "PYTHONHOME": str(root / "usr"), "PYTHONPATH": str(site)}

    def run(module: str, member: str) -> subprocess.CompletedProcess[str]:
        command = [*python_of(root, "3.9"), "-c", SCRIPT, module, str(site / member)]
        return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, env=environment, check=False)

    return list(compare(wheel, [], machine, process, site_of(machine), run))
