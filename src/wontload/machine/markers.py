"""Environment markers: what a machine's Python answers to the conditions of a requirement.

Source: PyPA, "Dependency specifiers", "Environment markers".
"""

from __future__ import annotations

from wontload.machine.machine import Machine

# `sys_platform`, `platform_system`, `os_name` by system.
NAMES = {
    "windows": ("win32", "Windows", "nt"),
    "linux": ("linux", "Linux", "posix"),
    "macos": ("darwin", "Darwin", "posix"),
}
MACHINES = {("windows", "x86_64"): "AMD64", ("windows", "aarch64"): "ARM64", ("macos", "aarch64"): "arm64"}


def platform_environment(system: str, architecture: str) -> dict[str, str]:
    """The variables that tell a platform."""
    sys_platform, platform_system, os_name = NAMES.get(system, ("", "", ""))
    return {
        "sys_platform": sys_platform,
        "platform_system": platform_system,
        "os_name": os_name,
        "platform_machine": MACHINES.get((system, architecture), architecture),
    }


def marker_environment(machine: Machine) -> dict[str, str]:
    """The variables of markers by name; no extra is asked for."""
    python, system = machine.python, machine.system
    version = python.version if python else "3.11.0"
    return {
        "python_version": ".".join(version.split(".")[:2]),
        "python_full_version": version,
        "implementation_name": python.implementation.lower() if python else "cpython",
        "platform_python_implementation": python.implementation if python else "CPython",
        **platform_environment(system.name, system.architecture),
        "extra": "",
    }
