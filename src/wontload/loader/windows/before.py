"""What Windows consults before any directory is searched, in its order.

Source of the order: Microsoft, "Dynamic-link library search order", "Factors that affect searching": redirection, API
sets, side-by-side manifests, loaded modules, KnownDLLs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wontload.loader import quirks
from wontload.loader.windows.context import Load
from wontload.loader.windows.names import base_name, directory_of
from wontload.machine import Kind

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
    if not load.machine.system.dot_local or load.has_quirk(quirks.NO_DOT_LOCAL):
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
    """The copy in an assembly that a manifest asks for: that of the importer, else that of the process.

    python.exe's asks for version 6 of the common controls: in a Python process comctl32.dll is never System32's.
    Source: Microsoft, "Manifests" and "Side-by-side assemblies"; CPython, PC/python.manifest.
    Oracle: test_modules.py::test_common_controls, test_manifests.py
    """
    key = name.lower()
    return next((context.files[key] for context in load.contexts if key in context.files), None)


def known_dlls(load: Load, name: str) -> str | None:
    """System32's copy of a KnownDLL, which no search can get ahead of. The list is that of the process's bitness.

    Source: Microsoft, "Dynamic-link library search order", "Known DLLs".
    """
    if name.lower() in load.machine.system.known_dlls and not load.has_quirk(quirks.NO_KNOWN_DLLS):
        return f"{load.system_directory}\\{name}"
    return None
