"""The live computer as a `Machine`: from what an interpreter's child told, and from the files beside it."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wontload.binary import Defect, MalformedImage, read_image
from wontload.machine.linux import glibc_facts, noexec_mounts
from wontload.machine.live import LiveFiles
from wontload.machine.machine import Machine, Python, System
from wontload.machine.musl import musl_facts
from wontload.machine.process import Process
from wontload.machine.survey import live_inventory

if TYPE_CHECKING:
    from wontload.machine.readings import Readings

# sysconfig.get_platform()'s last part, and Linux' `uname -m`, in the spelling of `Image.architecture`.
ARCHITECTURES = {
    "win-amd64": "x86_64",
    "win32": "x86",
    "win-arm64": "aarch64",
    "arm64": "aarch64",
    "amd64": "x86_64",
    "i386": "x86",
    "i686": "x86",
    "armv7l": "arm",
    "armv6l": "arm",
}


def this_machine(
    python: Python, facts: Mapping[str, object], process: Process, readings: Readings | None = None
) -> Machine:
    """The computer that this runs on, as the process of `python` sees it.

    Args:
        python, facts, process: what the probe's child told before it touched anything.
        readings: what earlier runs read of native files; without it, each is read.
    """
    machine = Machine(
        id="this",
        system=system_of(python, facts),
        files=LiveFiles(readings),
        python=python,
        environment=process.environment,
    )
    return replace(machine, inventory=live_inventory(machine))


def system_of(python: Python, facts: Mapping[str, Any]) -> System:
    """The operating system as that interpreter's process meets it."""
    architecture = architecture_of(python, facts)
    if "windows_version" in facts:
        return _windows(architecture, facts)
    if python.platform.startswith("macosx"):
        return System(name="macos", version=platform.mac_ver()[0], architecture=architecture)
    libc, version = str(facts.get("libc") or ""), str(facts.get("libc_version") or "")
    own: dict[str, Any] = {"libc": libc, "libc_version": version}
    if libc == "glibc":
        own = glibc_facts(version)
    elif libc == "musl":
        own = musl_facts(_program_interpreter(python.base_executable))
    return System(
        name="linux",
        version=distribution(),
        architecture=architecture,
        mounts=noexec_mounts(),
        kernel=kernel_version(platform.release()),
        **own,
    )


def kernel_version(release: str) -> str:
    """The numbers that a kernel's release begins with: `3.10.0` of `3.10.0-1160.el7.x86_64`."""
    found = re.match(r"\d+(\.\d+)*", release)
    return found[0] if found else ""


def _program_interpreter(executable: str) -> str | None:
    """The loader that an ELF executable names (PT_INTERP)."""
    try:
        return read_image(executable).interpreter
    except MalformedImage:
        return None


def architecture_of(python: Python, facts: Mapping[str, Any]) -> str:
    """Of the interpreter's own code, which a 64-bit kernel does not decide: 32-bit Pythons run on it."""
    name = python.platform.replace("_", "-").lower()
    if name.startswith("win"):
        return ARCHITECTURES.get(name, "x86_64")
    machine = str(facts.get("machine") or "x86_64")
    if name.startswith("macosx"):  # `universal2` says nothing; then what the process was told, under Rosetta as well
        machine = {"x86-64": "x86_64", "-arm64": "arm64"}.get(name[-6:], machine)
    machine = ARCHITECTURES.get(machine, machine)
    return {"x86_64": "x86", "aarch64": "arm"}.get(machine, machine) if facts.get("bits") == 32 else machine


def _windows(architecture: str, facts: Mapping[str, Any]) -> System:
    directory = str(facts.get("windows_directory") or r"C:\Windows")
    api_sets = _api_sets(os.path.join(directory, "System32", "apisetschema.dll"))
    version = facts.get("platform_version") or facts.get("windows_version") or ()
    return System(
        name="windows",
        version=".".join(map(str, version)),
        architecture=architecture,
        windows_directory=directory,
        api_sets=api_sets,
        dot_local=facts.get("dev_override") == 1,
        long_paths=None if (enabled := facts.get("long_paths")) is None else enabled == 1,
        known_dlls=known_dlls(map(str, facts.get("known_dlls") or ()), directory, architecture, api_sets or {}),
    )


def known_dlls(
    listed: Iterable[str], windows_directory: str, architecture: str, api_sets: Mapping[str, str]
) -> frozenset[str]:
    """KnownDLLs of processes of that architecture: those that the registry lists and what these need.

    Of the list, which is one for all, a 32-bit process has what SysWOW64 holds: `wow64.dll` is none there.
    Source: Microsoft, "Dynamic-link library search order" ("and the known DLL's dependent DLLs, if any").
    """
    from wontload.binary import contract_of

    narrow = os.path.join(windows_directory, "SysWOW64")
    directory = (
        narrow if architecture == "x86" and os.path.isdir(narrow) else os.path.join(windows_directory, "System32")
    )
    waiting, known = [name.lower() for name in listed], set[str]()
    if not os.path.isdir(directory):  # nothing to look into
        return frozenset(waiting)
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        try:
            image = read_image(os.path.join(directory, name))
        except MalformedImage as malformed:
            if malformed.defect is Defect.UNREADABLE:  # it is not there
                continue
            image = None
        known.add(name)
        needed = [one.library.lower() for one in image.eager] if image else ()
        waiting += filter(None, (api_sets.get(contract_of(one), one) for one in needed))
    return frozenset(known)


def _api_sets(path: str) -> Mapping[str, str] | None:
    """The schema of this Windows; without one, names alone tell what an API set is."""
    from wontload.binary import read_api_sets

    try:
        return read_api_sets(path)
    except MalformedImage:
        return None


def distribution() -> str:
    """Name and version of a Linux distribution, such as `debian 12`; empty where /etc/os-release is not there."""
    from wontload.knowledge.providers import distribution_of

    try:
        return distribution_of(platform.freedesktop_os_release())
    except OSError:
        return ""
