"""The system as an interpreter's process meets it, from what its child told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.images import pe
from wontload.machine import Kind, Process, Python
from wontload.machine.capture import architecture_of, kernel_version, known_dlls, system_of, this_machine
from wontload.probe import ask


def python(platform: str) -> Python:
    return Python(executable="p", base_executable="p", version="3.11.9", prefix="/", base_prefix="/", platform=platform)


@pytest.mark.parametrize(
    ("platform", "facts", "expected"),
    [
        ("win_amd64", {}, "x86_64"),
        ("win32", {"machine": "AMD64"}, "x86"),
        ("win-arm64", {}, "aarch64"),
        ("linux_x86_64", {"machine": "x86_64", "bits": 64}, "x86_64"),
        ("linux_x86_64", {"machine": "x86_64", "bits": 32}, "x86"),
        ("linux_aarch64", {"machine": "aarch64", "bits": 32}, "arm"),
        ("linux_i686", {"machine": "i686", "bits": 32}, "x86"),
        ("macosx-11.0-arm64", {"machine": "arm64"}, "aarch64"),
        ("macosx_11_0_arm64", {"machine": "arm64"}, "aarch64"),
        ("macosx-10.9-x86_64", {"machine": "arm64"}, "x86_64"),
        ("macosx-10.9-universal2", {"machine": "arm64"}, "aarch64"),
        ("macosx-10.9-universal2", {"machine": "x86_64"}, "x86_64"),  # under Rosetta
    ],
)
def test_the_architecture_is_the_interpreters(platform: str, facts: dict[str, Any], expected: str):
    assert architecture_of(python(platform), facts) == expected


def test_windows():
    facts = {
        "windows_version": (10, 0, 19041),
        "platform_version": (10, 0, 22631),
        "windows_directory": r"D:\Windows",
        "known_dlls": ["KERNEL32.dll", "ole32.DLL"],
    }
    system = system_of(python("win_amd64"), facts)
    assert (system.name, system.version, system.windows_directory) == ("windows", "10.0.22631", r"D:\Windows")
    assert system.known_dlls == {"kernel32.dll", "ole32.dll"}
    assert system.api_sets is None, "no schema could be read, which is not an empty one"
    assert not system.dot_local
    assert system_of(python("win_amd64"), {**facts, "dev_override": 1}).dot_local  # what the registry says


def test_a_libc_that_nobody_knows():
    system = system_of(python("linux_x86_64"), {"libc": "dietlibc", "libc_version": "0.34", "machine": "x86_64"})
    assert (system.name, system.libc, system.libc_version) == ("linux", "dietlibc", "0.34")
    assert system.library_cache is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux")
def test_this_computer():
    report = ask(sys.executable)
    machine = this_machine(report.python, report.facts, report.process)
    assert (machine.id, machine.system.name) == ("this", "linux")
    assert machine.python is not None
    assert machine.files.kind(machine.python.executable) is Kind.FILE
    assert machine.environment == report.process.environment
    assert isinstance(report.process, Process)


def test_known_dlls_are_those_of_the_registry_that_are_there_and_what_they_need(tmp_path: Path):
    """One list for all; lucasg/Dependencies#113: what a process has of it depends on its bitness."""
    contract = "api-ms-win-core-heap-l1-1-0.dll"
    for directory, machine in (("System32", "x86_64"), ("SysWOW64", "x86")):
        place = tmp_path / directory
        place.mkdir()
        for name, needs in (("kernel32.dll", [contract, "ntdll.dll"]), ("ntdll.dll", []), ("kernelbase.dll", [])):
            (place / name).write_bytes(pe(needs=needs, machine=machine))
    (tmp_path / "System32" / "wow64.dll").write_bytes(pe(needs=["ntdll.dll"], delays=["late.dll"]))
    listed, api_sets = ["KERNEL32.dll", "wow64.dll", "gone.dll"], {"api-ms-win-core-heap-l1-1": "kernelbase.dll"}
    wide, narrow = (known_dlls(listed, str(tmp_path), one, api_sets) for one in ("x86_64", "x86"))
    assert narrow == {"kernel32.dll", "ntdll.dll", "kernelbase.dll"}
    assert wide == narrow | {"wow64.dll"}


@pytest.mark.parametrize(
    ("release", "version"),
    [("3.10.0-1160.el7.x86_64", "3.10.0"), ("6.1.0-18-amd64", "6.1.0"), ("5.15+", "5.15"), ("unknown", "")],
)
def test_the_kernel_s_version_is_what_its_release_begins_with(release: str, version: str) -> None:
    assert kernel_version(release) == version
