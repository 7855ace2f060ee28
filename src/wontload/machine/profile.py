"""Clean machines of `knowledge/profiles/` as values: what is there before anybody installs anything.

A profile's name may be followed by what else is there, each behind a `+`: `windows-11+vc`, `ubuntu-24.04+nvidia+v3`,
`windows-11+conda`. See `EXTRAS`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from wontload.binary import Format, Image
from wontload.errors import UsageError
from wontload.knowledge import profiles
from wontload.knowledge.cpu import x86_64_levels
from wontload.knowledge.profiles import profile_names
from wontload.machine.inventory import Cpu, Inventory
from wontload.machine.machine import Machine, Python, System
from wontload.machine.memory import Content, MemoryFiles
from wontload.machine.process import Process
from wontload.machine.profile_linux import implementation_tag, linux_machine
from wontload.machine.profile_windows import WINDOWS, windows_machine

BITS = {"x86": 32, "arm": 32}
BIG_ENDIAN = ("s390x",)  # of those that there are wheels for
DEFAULT_LEVEL = 2  # x86-64-v2: every processor that the supported systems are sold with since 2009
EXTRAS = {
    "vc": "the Visual C++ runtime of Visual Studio 2015 and newer (Windows)",
    "nvidia": "NVIDIA's driver",
    "conda": "conda's Python in place of the official one",
    "store": "Python from the Microsoft Store (Windows)",
    "v1": "a processor of level x86-64-v1",
    "v2": "a processor of level x86-64-v2 (the default)",
    "v3": "a processor of level x86-64-v3",
    "v4": "a processor of level x86-64-v4",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A profile's name taken apart: the system, and what else is there."""

    system: str
    extras: frozenset[str]

    @property
    def level(self) -> int:
        """The x86-64 level of the processor."""
        return max((int(one[1]) for one in self.extras if one in ("v1", "v2", "v3", "v4")), default=DEFAULT_LEVEL)


def wanted(name: str) -> Wanted:
    """Raises `UsageError` for a system that is not known, or extras that are not."""
    system, *extras = name.split("+")
    unknown = [one for one in extras if one not in EXTRAS]
    if unknown:
        raise UsageError(f"a profile has no extra {unknown[0]!r}.", f"There are {', '.join(EXTRAS)}.")
    try:
        kind = profiles.profile(system).system
    except KeyError:
        names = ", ".join(profile_names())
        raise UsageError(
            f"there is no profile {system!r}.", f"There are {names}; with extras: windows-11+vc."
        ) from None
    if kind != "windows" and {"vc", "store"}.intersection(extras):
        raise UsageError(f"{name!r}: vc and store are extras of Windows.", "Leave them out.")
    return Wanted(system, frozenset(extras))


def clean_machine(name: str, *, architecture: str, python: tuple[int, int]) -> tuple[Machine, Process]:
    """A clean system with nothing but Python on it, and a fresh process of that Python with ctypes imported.

    Args:
        name: of a profile (`windows-11`, `debian-12`, `macos-14` …), with extras.
        architecture: of the process. python: its version, such as (3, 11).

    Raises:
        UsageError: there is no such profile.
    """
    asked = wanted(name)
    profile = profiles.profile(asked.system)
    own = opaque({"windows": Format.PE, "linux": Format.ELF, "macos": Format.MACHO}[profile.system], architecture)
    if profile.system == "windows":
        system = profile_system(asked.system, System(name="windows", architecture=architecture))
        contents = profile_files(asked.system, architecture)
        machine, process = windows_machine(name, system, contents, own, python, asked.extras)
    elif profile.system == "macos":
        machine, process = _macos(name, profile.version, own, python)
    else:
        machine, process = linux_machine(name, profile, own, python, asked.extras, asked.level)
    features = x86_64_levels()[asked.level] if architecture == "x86_64" else None
    cpu = Cpu(model=f"of level x86-64-v{asked.level}" if features else "", architecture=architecture, features=features)
    return replace(machine, inventory=Inventory(cpu=cpu)), process


def _macos(name: str, version: str, own: Image, python: tuple[int, int]) -> tuple[Machine, Process]:
    """Nothing of macOS but what dyld has in its shared cache: its libraries have no files (`loader.dyld`)."""
    prefix = f"/Library/Frameworks/Python.framework/Versions/{python[0]}.{python[1]}"
    executable = f"{prefix}/bin/python{python[0]}.{python[1]}"
    system = System(name="macos", version=version, architecture=own.architecture)
    contents: dict[str, Content] = {executable: replace(own, is_library=False)}
    process = Process(executable=executable, current_directory="/", environment={}, modules=(executable,))
    interpreter = Python(
        executable=executable,
        base_executable=executable,
        version=f"{python[0]}.{python[1]}",
        prefix=prefix,
        base_prefix=prefix,
        extension_suffixes=(f".{implementation_tag(python)}-darwin.so", ".abi3.so", ".so"),
    )
    machine = Machine(id=name, system=system, files=MemoryFiles(contents, windows=False), python=interpreter)
    return machine, process


def opaque(image_format: Format, architecture: str) -> Image:
    """A file of the system's own, of which only presence and architecture are known: it loads."""
    bits = BITS.get(architecture, 64)
    return Image(
        format=image_format,
        architecture=architecture,
        bits=bits,
        big_endian=architecture in BIG_ENDIAN,
        opaque=True,
        executable_stack=False,
    )


def profile_files(name: str, architecture: str = "x86_64") -> dict[str, Content]:
    """The files of a clean Windows, by path. Each is opaque: a system's own files load, whatever is in them.

    Args:
        name: `windows-11`. architecture: of the process; a 32-bit one has its files in SysWOW64.
    """
    profile = profiles.profile(name)
    own = opaque(Format.PE, "x86_64" if architecture == "x86" else architecture)
    emulated = opaque(Format.PE, "x86")
    files: dict[str, Content] = {rf"{WINDOWS}\System32\{file}": own for file in profile.system32}
    files |= {rf"{WINDOWS}\SysWOW64\{file}": emulated for file in profile.syswow64}
    return files | {rf"{WINDOWS}\{file}": own for file in profile.windows}


def profile_system(name: str, system: System) -> System:
    """`system` with what it leaves open filled in from a clean one: KnownDLLs and version.

    Not the API sets: the profile's list is not complete, and a contract that it lacks would seem to be absent. By name
    every `api-ms-win-` is taken to be hosted, as it is on a Windows that is up to date.
    """
    profile = profiles.profile(name)
    known = profile.known_dlls_32 if system.architecture == "x86" else profile.known_dlls
    return replace(system, version=system.version or profile.version, known_dlls=system.known_dlls or known)
