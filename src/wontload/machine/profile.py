"""Clean machines of `knowledge/profiles/` as values: what is there before anybody installs anything."""

from __future__ import annotations

from dataclasses import replace

from wontload import knowledge
from wontload.binary import Format, Image
from wontload.machine.machine import Machine, Python, System
from wontload.machine.memory import Content, MemoryFiles
from wontload.machine.process import Process

WINDOWS = r"C:\Windows"
DEBIAN_DIRECTORY = "/lib/x86_64-linux-gnu"
BITS = {"x86": 32, "arm": 32}
# What a fresh interpreter with ctypes imported has mapped, first from its own directory, then from System32 (seen with
# CPython 3.11). A Visual C++ runtime is not part of Windows: python.org's installer brings these two files.
PYTHON_FILES = ("python.exe", "python3.dll", "vcruntime140.dll", "vcruntime140_1.dll")
PYTHON_MODULES = (r"DLLs\_ctypes.pyd", r"DLLs\libffi-8.dll")
MAPPED_FROM_SYSTEM = ("ntdll.dll", "kernel32.dll", "kernelbase.dll", "ucrtbase.dll", "advapi32.dll", "ole32.dll")


def clean_machine(name: str, *, architecture: str, python: tuple[int, int]) -> tuple[Machine, Process]:
    """A clean system with nothing but Python on it, and a fresh process of that Python with ctypes imported.

    Args:
        name: `windows-11`, `debian-12` or `macos-14`.
        architecture: of the process. python: its version, such as (3, 11).
    """
    if name.startswith("windows"):
        return _windows(name, architecture, python)
    if name.startswith("macos"):
        return _macos(name, architecture, python)
    return _debian(name, architecture, python)


def _windows(name: str, architecture: str, version: tuple[int, int]) -> tuple[Machine, Process]:
    digits = f"{version[0]}{version[1]}"
    root = rf"C:\Python{digits}"
    own = _opaque(Format.PE, architecture)
    mapped = (*PYTHON_FILES, f"python{digits}.dll", *PYTHON_MODULES)
    contents = profile_files(name, architecture) | {rf"{root}\{file}": own for file in mapped}
    system = profile_system(name, System(name="windows", architecture=architecture))
    process = Process(
        executable=rf"{root}\python.exe",
        current_directory="C:\\",
        environment={"PATH": rf"{WINDOWS}\System32;{WINDOWS}", "SystemRoot": WINDOWS},
        modules=(*(rf"{root}\{file}" for file in mapped), *(rf"{WINDOWS}\System32\{x}" for x in MAPPED_FROM_SYSTEM)),
    )
    return _machine(name, system, MemoryFiles(contents, windows=True), process, version, root), process


def _debian(name: str, architecture: str, version: tuple[int, int]) -> tuple[Machine, Process]:
    profile = knowledge.profile(name)
    executable = f"/usr/local/bin/python{version[0]}.{version[1]}"
    own = _opaque(Format.ELF, architecture)
    contents: dict[str, Content] = {
        f"{DEBIAN_DIRECTORY}/{file}": replace(own, soname=file) for file in profile.libraries
    }
    contents[executable] = replace(own, is_library=False)
    system = System(
        name="linux",
        version=f"debian {profile.version}",
        architecture=architecture,
        libc="glibc",
        libc_version=profile.libc_version,
        default_directories=(DEBIAN_DIRECTORY, "/usr" + DEBIAN_DIRECTORY, "/lib", "/usr/lib"),
        lib=DEBIAN_DIRECTORY.lstrip("/"),
        platform=architecture,
    )
    files = MemoryFiles(contents, windows=False)
    process = Process(executable=executable, current_directory="/", environment={})
    return _machine(name, system, files, process, version, "/usr/local"), process


def _macos(name: str, architecture: str, version: tuple[int, int]) -> tuple[Machine, Process]:
    """Nothing of macOS but what dyld has in its shared cache: its libraries have no files (`loader.dyld`)."""
    prefix = f"/Library/Frameworks/Python.framework/Versions/{version[0]}.{version[1]}"
    executable = f"{prefix}/bin/python{version[0]}.{version[1]}"
    system = System(name="macos", version=name.partition("-")[2], architecture=architecture)
    contents: dict[str, Content] = {executable: replace(_opaque(Format.MACHO, architecture), is_library=False)}
    process = Process(executable=executable, current_directory="/", environment={}, modules=(executable,))
    return _machine(name, system, MemoryFiles(contents, windows=False), process, version, prefix), process


def _machine(
    name: str, system: System, files: MemoryFiles, process: Process, version: tuple[int, int], prefix: str
) -> Machine:
    python = Python(
        executable=process.executable,
        base_executable=process.executable,
        version=f"{version[0]}.{version[1]}",
        prefix=prefix,
        base_prefix=prefix,
    )
    return Machine(id=name, system=system, files=files, python=python, environment=process.environment)


def _opaque(image_format: Format, architecture: str) -> Image:
    return Image(format=image_format, architecture=architecture, bits=BITS.get(architecture, 64), opaque=True)


def profile_files(name: str, architecture: str = "x86_64") -> dict[str, Content]:
    """The files of a clean Windows, by path. Each is opaque: a system's own files load, whatever is in them.

    Args:
        name: `windows-11`. architecture: of the process; a 32-bit one has its files in SysWOW64.
    """
    profile = knowledge.profile(name)
    own = _opaque(Format.PE, "x86_64" if architecture == "x86" else architecture)
    emulated = _opaque(Format.PE, "x86")
    files: dict[str, Content] = {rf"{WINDOWS}\System32\{file}": own for file in profile.system32}
    files |= {rf"{WINDOWS}\SysWOW64\{file}": emulated for file in profile.syswow64}
    return files | {rf"{WINDOWS}\{file}": own for file in profile.windows}


def profile_system(name: str, system: System) -> System:
    """`system` with what it leaves open filled in from a clean one: KnownDLLs and version.

    Not the API sets: the profile's list is not complete, and a contract that it lacks would seem to be absent. By name
    every `api-ms-win-` is taken to be hosted, as it is on a Windows that is up to date.
    """
    profile = knowledge.profile(name)
    known = profile.known_dlls_32 if system.architecture == "x86" else profile.known_dlls
    return replace(system, version=system.version or profile.version, known_dlls=system.known_dlls or known)
