"""What Windows consults before any directory is searched, in its order.

Source of the order: Microsoft, "Dynamic-link library search order", "Factors that affect searching": redirection, API
sets, side-by-side manifests, loaded modules, KnownDLLs. Of manifests only the executable's is modelled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wontload.binary import Assembly
from wontload.loader import quirks
from wontload.loader.windows.context import Load
from wontload.loader.windows.names import base_name, directory_of
from wontload.machine import Kind

WINSXS_MACHINES = {"x86_64": "amd64", "x86": "x86", "aarch64": "arm64"}
_API_SET = re.compile(r"(api-ms-win-|ext-ms-)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ApiSet:
    """A contract name's answer.

    Attributes:
        host: file name in System32; `None` when the schema is not known, empty when this Windows does not host it.
        optional: an `ext-ms-*` contract.
    """

    host: str | None
    optional: bool


def dot_local(load: Load, name: str) -> str | None:
    """The copy that a `.local` redirection beside the executable brings in, whatever path was asked for.

    `python.exe.local` is a file (then the application directory holds the copies) or a directory that holds them.
    An executable with a manifest, as every `python.exe` is, is redirected only where DevOverrideEnable is set.
    Source: Microsoft, "Dynamic-link library redirection". Wine has no such thing, so no oracle confirms it.
    """
    if not load.machine.system.dot_local:
        return None
    marker = load.process.executable + ".local"
    kind = load.machine.files.kind(marker)
    if kind not in (Kind.FILE, Kind.DIRECTORY):
        return None
    directory = marker if kind is Kind.DIRECTORY else directory_of(load.process.executable)
    copy = f"{directory}\\{base_name(name)}"
    return copy if load.machine.files.kind(copy) is Kind.FILE else None


def api_set(load: Load, name: str) -> ApiSet | None:
    """What stands behind an API-set name; `None` when it is none, and the name is an ordinary file's.

    The last number does not count, nor does letter case (lucasg/Dependencies#119). A name that the schema does not
    have is an ordinary file's (lucasg/Dependencies#10). Source: Microsoft, "Windows API sets" and "API set loader
    operation".
    """
    if not _API_SET.match(name):
        return None
    optional = name[:4].lower() == "ext-"
    schema = load.machine.system.api_sets
    if schema is None:
        return ApiSet(None, optional)
    contract = name.lower().removesuffix(".dll").rpartition("-")[0]
    return ApiSet(schema[contract], optional) if contract in schema else None


def side_by_side(load: Load, name: str) -> str | None:
    """The copy in an assembly that the executable's manifest asks for.

    python.exe's asks for version 6 of the common controls: in a Python process comctl32.dll is never System32's.
    The newest build with the major and minor version asked for is taken, as publishers' policies have it.
    Source: Microsoft, "Manifests" and "Side-by-side assemblies"; CPython, PC/python.manifest.
    Oracle: test_modules.py::test_common_controls
    """
    for assembly in load.assemblies:
        if (directory := _directory_of(load, assembly)) is not None:
            names = load.machine.files.listing(directory) or ()
            if found := next((one for one in names if one.lower() == name.lower()), None):
                return f"{directory}\\{found}"
    return None


def _directory_of(load: Load, assembly: Assembly) -> str | None:
    """Of an assembly in WinSxS, by how its directory is named: machine, name, key, version, language, hash."""
    store = f"{load.windows_directory}\\WinSxS"
    machine = WINSXS_MACHINES.get(load.machine.system.architecture, "")
    asked = ".".join(assembly.version.split(".")[:2])
    pattern = re.compile(rf"{machine}_{re.escape(assembly.name)}_[0-9a-f]+_{re.escape(asked)}\.(\d+)\.(\d+)_", re.I)
    found = [(match, name) for name in load.machine.files.listing(store) or () if (match := pattern.match(name))]
    if not found:
        return None
    newest = max(found, key=lambda one: (int(one[0][1]), int(one[0][2])))
    return f"{store}\\{newest[1]}"


def known_dlls(load: Load, name: str) -> str | None:
    """System32's copy of a KnownDLL, which no search can get ahead of. The list is that of the process's bitness.

    Source: Microsoft, "Dynamic-link library search order", "Known DLLs".
    """
    if name.lower() in load.machine.system.known_dlls and not load.has_quirk(quirks.NO_KNOWN_DLLS):
        return f"{load.system_directory}\\{name}"
    return None
