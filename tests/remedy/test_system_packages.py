"""The exact command of each system's package manager, in the finding and in the fix, for a saved machine of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.support.machines import LINUX_PACKAGE, data, diagnose, dlopen, linux, python_error, so
from wontload.app.fix import plan_for
from wontload.diagnosis import Diagnosis
from wontload.machine import FIND_LIBRARY, Finder, Machine, ObservedLoad, Outcome, Python, System
from wontload.machine.ld_so_cache import CacheEntry
from wontload.machine.memory import MemoryFiles
from wontload.remedy.fix import Fix

LIBRARY = LINUX_PACKAGE + "/libfoo.so"
MUSL = {"libc": "musl", "libc_version": "1.2.5", "default_directories": ("/lib", "/usr/local/lib", "/usr/lib")}
RPM = {"default_directories": ("/lib64", "/usr/lib64")}
SYSTEMS: Mapping[str, Mapping[str, Any]] = {
    "debian 12": {},
    "ubuntu 22.04": {},
    "fedora 44": RPM,
    "rocky 9.6": RPM,
    "nobara 41, like rhel": RPM,
    "opensuse-tumbleweed 20261101": RPM,
    "arch": {},
    "cachyos, like arch": {},
    "alpine 3.24.1": MUSL,
}
COMMANDS = {  # file: what each package manager is told; names that were looked up, else the SONAME
    "libGL.so.1": {
        "apt": "sudo apt install libgl1",
        "dnf": "sudo dnf install libglvnd-glx",
        "zypper": 'sudo zypper install "libGL.so.1()(64bit)"',
        "pacman": "sudo pacman -S libglvnd",
        "apk": "sudo apk add mesa-gl",
    },
    "libXext.so.6": {
        "apt": "sudo apt install libxext6",
        "dnf": "sudo dnf install libXext",
        "zypper": 'sudo zypper install "libXext.so.6()(64bit)"',
        "pacman": "sudo pacman -Fy && pacman -F libXext.so.6",
        "apk": "sudo apk add so:libXext.so.6",
    },
    "libzbar.so.0": {
        "apt": "sudo apt install libzbar0",
        "dnf": 'sudo dnf install "libzbar.so.0()(64bit)"',
        "zypper": 'sudo zypper install "libzbar.so.0()(64bit)"',
        "pacman": "sudo pacman -S zbar",
        "apk": "sudo apk add libzbar",
    },
}
MANAGERS = dict(zip(SYSTEMS, ("apt", "apt", "dnf", "dnf", "dnf", "zypper", "pacman", "pacman", "apk"), strict=True))


def of(version: str, **files: Any) -> Machine:
    machine = linux({LIBRARY: so(*files.pop("needs", ())), "/sbin/ldconfig": None, **files}, system=SYSTEMS[version])
    return replace(machine, id="saved", system=replace(machine.system, version=version))


def system_fix(diagnosis: Diagnosis) -> Fix:
    return next(one for one in plan_for(diagnosis).fixes if one.kind == "system-package")


def command(fix: Fix) -> str:
    (step,) = fix.steps
    return str(getattr(step, "command", ""))


@pytest.mark.parametrize("file", COMMANDS)
@pytest.mark.parametrize("version", SYSTEMS)
def test_the_finding_and_the_fix_give_the_command_of_this_system(version: str, file: str):
    diagnosis = diagnose(of(version, needs=[file]), dlopen(LIBRARY))
    expected = COMMANDS[file][MANAGERS[version]]
    first = diagnosis.findings[0]
    assert (first.code, first.subject) == ("WL201", file)
    (offered,) = data(first, "provider", "providers")
    assert isinstance(offered, list)
    assert [one["command"] for one in offered if one["kind"] in MANAGERS.values()] == [expected]
    fix = system_fix(diagnosis)
    assert (command(fix), fix.rights, fix.proof.works) == (expected, "administrator", None)


def test_a_process_of_32_bits_asks_for_a_library_of_32_bits():
    machine = of("fedora 44", needs=["libzbar.so.0"])
    library = so("libzbar.so.0", architecture="x86")
    files = MemoryFiles({LIBRARY: library, "/work/x": None}, windows=False)
    machine = replace(machine, files=files, system=replace(machine.system, architecture="x86"))
    first = diagnose(machine, dlopen(LIBRARY)).findings[0]
    assert data(first, "provider", "package") == ["libzbar.so.0()"]


def test_a_file_of_a_longer_name_is_asked_for_by_its_soname():
    first = diagnose(of("fedora 44", needs=["libzbar.so.0.3.0"]), dlopen(LIBRARY)).findings[0]
    assert data(first, "provider", "package") == ["libzbar.so.0()(64bit)"]


def sought(way: str, **finder: Any) -> ObservedLoad:
    how = Finder(way=way, environment={"PATH": "/usr/bin"}, **finder)
    return ObservedLoad(request=replace(dlopen("portaudio"), kind=FIND_LIBRARY, finder=how), succeeded=False)


def in_vain(machine: Machine, load: ObservedLoad) -> Diagnosis:
    error = python_error("OSError", "PortAudio library not found")
    return diagnose(machine, load, outcome=Outcome.FAILS, error=error)


@pytest.mark.parametrize(
    ("version", "way", "expected", "works"),
    [
        ("fedora 44", "ldconfig", "sudo dnf install portaudio", None),
        ("arch", "ldconfig", "sudo pacman -S portaudio", None),
        ("opensuse-tumbleweed 20261101", "ldconfig", 'sudo zypper install "libportaudio.so.2()(64bit)"', None),
        ("alpine 3.24.1", "directories", "sudo apk add portaudio", None),
        # The official image python:alpine: its find_library asks a ldconfig that lists nothing.
        ("alpine 3.24.1", "ldconfig", "sudo apk add portaudio", False),
    ],
)
def test_what_find_library_looks_for(version: str, way: str, expected: str, works: bool | None):
    machine = of(version)
    if machine.system.libc == "glibc":
        entry = CacheEntry("libc.so.6", "/usr/lib64/libc.so.6", 0x303)
        machine = replace(machine, system=replace(machine.system, library_cache=(entry,)))
    diagnosis = in_vain(machine, sought(way))
    assert diagnosis.findings[0].code == "WL201"
    fix = system_fix(diagnosis)
    assert (command(fix), fix.proof.works) == (expected, works)
    assert (works is False) == ("the file alone will not be found" in fix.caveat)


def test_a_conda_environment_is_told_of_conda_forge():
    machine = of("fedora 44")
    assert machine.python is not None
    machine = replace(machine, python=replace(machine.python, prefix="/opt/conda", layout="conda"))
    fixes = plan_for(in_vain(machine, sought("ldconfig", prefix="/opt/conda"))).fixes
    fix = next(one for one in fixes if one.kind == "environment-package")
    assert command(fix) == "conda install --prefix /opt/conda --channel conda-forge portaudio"
    assert fix.proof.works is None  # found, and what is in it is not known


@pytest.mark.parametrize(("own", "works"), [((), False), (("/opt/homebrew/lib",), None)])
def test_homebrew_s_library_is_found_by_homebrew_s_python_alone(own: tuple[str, ...], works: bool | None):
    python = Python(
        executable="/usr/local/bin/python3",
        base_executable="/usr/local/bin/python3",
        version="3.13.1",
        prefix="/usr/local",
        base_prefix="/usr/local",
        platform="macosx_arm64",
        path=("/usr/local/lib/python3.13/site-packages",),
    )
    system = System(name="macos", version="14.5", architecture="aarch64")
    machine = Machine(id="saved", system=system, files=MemoryFiles({}, windows=False), python=python)
    fallbacks = (*own, "/Users/ada/lib", "/usr/local/lib", "/lib", "/usr/lib")
    diagnosis = in_vain(machine, sought("dyld", fallbacks=fallbacks))
    assert (diagnosis.findings[0].code, diagnosis.findings[0].subject) == ("WL201", "libportaudio.dylib")
    fix = system_fix(diagnosis)
    assert (command(fix), fix.proof.works) == ("brew install portaudio", works)
    assert (works is False) == ("/opt/homebrew/lib" in fix.caveat)
