"""Clean machines of `knowledge/profiles/` as values: what is there before anybody installs anything."""

from __future__ import annotations

from dataclasses import replace

from wontload import knowledge
from wontload.binary import Format, Image
from wontload.machine.machine import System
from wontload.machine.memory import Content


def profile_files(name: str) -> dict[str, Content]:
    """The files of a clean system, by path. Each is opaque: a system's own files load, whatever is in them."""
    profile = knowledge.profile(name)
    root = r"C:\Windows"
    own = Image(format=Format.PE, architecture="x86_64", bits=64, opaque=True)
    emulated = Image(format=Format.PE, architecture="x86", bits=32, opaque=True)
    files: dict[str, Content] = {rf"{root}\System32\{file}": own for file in profile.system32}
    files |= {rf"{root}\SysWOW64\{file}": emulated for file in profile.syswow64}
    return files | {rf"{root}\{file}": own for file in profile.windows}


def profile_system(name: str, system: System) -> System:
    """`system` with what it leaves open filled in from a clean one: KnownDLLs and version.

    Not the API sets: the profile's list is not complete, and a contract that it lacks would seem to be absent. By name
    every `api-ms-win-` is taken to be hosted, as it is on a Windows that is up to date.
    """
    profile = knowledge.profile(name)
    known = profile.known_dlls_32 if system.architecture == "x86" else profile.known_dlls
    return replace(
        system,
        version=system.version or profile.version,
        known_dlls=system.known_dlls or known,
    )
