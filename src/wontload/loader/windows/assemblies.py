"""Activation contexts: which files a manifest puts in the place of what a search would find.

Two count for an import: that of the DLL whose imports are sought (its embedded manifest with number 2, or, where it has
none, that of the module that brought it in), and that of the process (the executable's, number 1, else the file
`python.exe.manifest`). Source: Microsoft, "Using Side-by-Side Assemblies as a Resource" and "Assembly Searching
Sequence"; Junfeng Zhang, "RT_MANIFEST resource, and ISOLATION_AWARE_ENABLED", and "Internal Manifest vs External
Manifest"; Wine, dlls/ntdll/actctx.c (lookup_assembly) and loader.c (create_module_activation_context).
Oracle: tests/oracles/windows/test_manifests.py
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from wontload.binary import Assembly, MalformedImage, Manifest
from wontload.binary.manifest import parse_manifest
from wontload.loader import quirks
from wontload.loader.result import Tried
from wontload.loader.windows.names import directory_of
from wontload.machine import Kind, Machine, NotKnown

WINSXS_MACHINES = {"x86_64": "amd64", "x86": "x86", "aarch64": "arm64"}
MOST_ASSEMBLIES = 100  # of one context: a bound against hostile manifests, which may ask for each other
# A part of Windows is in every store. Where the store is not known these are taken to be there.
OF_WINDOWS = "microsoft.windows."
LARGEST_NUMBER = 0xFFFF  # of a version


@dataclass(frozen=True, slots=True)
class Context:
    """An activation context.

    Attributes:
        files: file name in lower case to the path that it stands for.
        missing: assemblies that are nowhere, each with the places that were tried; Windows then makes no context.
        unsettled: what would have to be known, where a store is not; one sentence each.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[tuple[Assembly, tuple[Tried, ...]], ...] = ()
    unsettled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """An assembly: where it lies, what it consists of (`None`: whatever is in the directory), what it depends on."""

    directory: str
    files: Iterable[str]
    dependencies: tuple[Assembly, ...] = ()


def context_of(machine: Machine, manifest: Manifest, path: str) -> Context:
    """The context that the manifest of the module at `path` makes on this machine.

    An assembly that is part of it already is not looked for again; that is so from the start of the one that the
    manifest says it is itself, of which Db2's DLLs have another manifest beside them. Source: Wine,
    dlls/ntdll/actctx.c, add_dependent_assembly_id; of Windows, believed.
    """
    home = directory_of(path)
    files = {file.lower(): f"{home}\\{file}" for file in manifest.files}
    missing: list[tuple[Assembly, tuple[Tried, ...]]] = []
    unsettled: list[str] = []
    waiting, known = deque(manifest.dependencies), [manifest.identity]
    while waiting and len(known) < MOST_ASSEMBLIES:
        assembly = waiting.popleft()
        if any(_serves(one, assembly) for one in known):
            continue
        known.append(assembly)
        tried: list[Tried] = []
        found = _in_store(machine, assembly, tried) or _private(machine, assembly, home, tried)
        if found is not None:
            waiting.extend(found.dependencies)
            for file in found.files:
                files.setdefault(file.lower(), f"{found.directory}\\{file}")
        elif not _store_is_known(machine) or any(one.outcome == "unknown" for one in tried):
            if not assembly.name.lower().startswith(OF_WINDOWS):
                unsettled.append(_question(machine, assembly))
        elif not assembly.optional:
            missing.append((assembly, tuple(tried)))
    return Context(files, tuple(missing), tuple(unsettled))


def process_context(machine: Machine, executable: str) -> Context:
    """The process's own: nothing where the executable is not known."""
    if machine.files.kind(executable) is not Kind.FILE:
        return Context()
    try:
        manifest = machine.files.image(executable).manifest
    except (MalformedImage, NotKnown):
        return Context()
    if manifest is None and (text := machine.files.text(executable + ".manifest")) is not None:
        manifest = parse_manifest(text)
    return context_of(machine, manifest, executable) if manifest is not None and manifest.sound else Context()


def describe(assembly: Assembly) -> str:
    """How a report names it."""
    return " ".join(filter(None, (assembly.name, assembly.version, assembly.architecture.strip("*"))))


def _store(machine: Machine) -> str:
    return f"{machine.system.windows_directory}\\WinSxS"


def _store_is_known(machine: Machine) -> bool:
    return machine.files.listing(_store(machine)) is not None


def _in_store(machine: Machine, assembly: Assembly, tried: list[Tried]) -> _Found | None:
    """In WinSxS, by how directories are named there: machine, name, key, version, language, hash.

    The newest build of the major and minor version asked for, and none older than asked: what a publisher's policy
    says. That no policy says otherwise is believed. Who names no publisher's key means no shared assembly.
    Source: Wine, dlls/ntdll/actctx.c, lookup_manifest_file; Microsoft, "Assembly Identity" (publicKeyToken).
    """
    name, key, own = assembly.name.lower(), assembly.token.lower(), WINSXS_MACHINES.get(machine.system.architecture, "")
    processor = {"*": own}.get(assembly.architecture, assembly.architecture.lower())
    version = _numbers(assembly.version) or ()
    fitting: list[tuple[list[int], str]] = []
    if processor and key and version:
        start = "_".join(map(re.escape, (processor, name, key))) + f"_{version[0]}\\.{version[1]}"
        pattern = re.compile(start + r"\.(\d+)\.(\d+)_")
        names = machine.files.listing(_store(machine)) or ()
        found = [([int(match[1]), int(match[2])], one) for one in names if (match := pattern.match(one.lower()))]
        fitting = [one for one in found if one[0] >= [*version[2:]]]
    if not fitting:
        wanted = "_".join((processor or "*", name, key or "*", assembly.version or "*", "*"))
        tried.append(Tried("side_by_side", f"{_store(machine)}\\{wanted}", "absent"))
        return None
    place = f"{_store(machine)}\\{max(fitting)[1]}"
    return _Found(place, machine.files.listing(place) or ())


def _numbers(version: str) -> tuple[int, ...] | None:
    """The four numbers of a version, those that are not given zero; `None` for what is no version.

    Source: Wine, dlls/ntdll/actctx.c, parse_version. Windows is documented to want all four.
    """
    parts = version.split(".")
    if len(parts) > 4 or not all(part == "" or (part.isdecimal() and part.isascii()) for part in parts):
        return None
    numbers = [int(part or 0) for part in parts]
    return None if max(numbers) > LARGEST_NUMBER else (*numbers, 0, 0, 0)[:4]


def _private(machine: Machine, assembly: Assembly, home: str, tried: list[Tried]) -> _Found | None:
    """Beside the file whose manifest asks, or in a directory there that has the assembly's name.

    The first manifest that is there decides, also where it is of another version: "component identity found in
    manifest does not match the identity of the component requested", as Windows' event log then says.
    """
    for path in _private_places(home, assembly.name):
        kind = machine.files.kind(path)
        manifest = _manifest_at(machine, path) if kind is Kind.FILE else None
        if manifest is not None:
            if manifest.sound and _is(manifest.identity, assembly, machine):
                return _Found(directory_of(path), manifest.files, manifest.dependencies)
            tried.append(Tried("side_by_side", path, "refused"))
            return None
        outcome = {Kind.FILE: "passed over", Kind.UNKNOWN: "unknown", Kind.DENIED: "denied"}.get(kind, "absent")
        tried.append(Tried("side_by_side", path, outcome))
    return None


def _private_places(home: str, name: str) -> Iterator[str]:
    """Source of the order: Microsoft, "Assembly Searching Sequence"."""
    for directory in (home, f"{home}\\{name}"):
        yield f"{directory}\\{name}.dll"
        yield f"{directory}\\{name}.manifest"


def _manifest_at(machine: Machine, path: str) -> Manifest | None:
    """An assembly's manifest: a file of its own, or a resource of its DLL."""
    if path.endswith(".manifest"):
        text = machine.files.text(path)
        return None if text is None else parse_manifest(text)
    try:
        return machine.files.image(path).assembly_manifest
    except (MalformedImage, NotKnown):
        return None


def _is(found: Assembly, asked: Assembly, machine: Machine) -> bool:
    """Whether an assembly that lies beside its user is the one asked for: here the whole version counts."""
    same_name = found.name.lower() == asked.name.lower() or quirks.has(
        machine.system, quirks.ASSEMBLY_NAMES_DO_NOT_COUNT
    )
    version = _numbers(asked.version)
    return same_name and version is not None and _numbers(found.version) == version


def _serves(known: Assembly, asked: Assembly) -> bool:
    """Whether an assembly that is part of the context is as good as the one asked for: of no older build.

    Source: Wine, dlls/ntdll/actctx.c, is_matching_identity.
    """
    if known.name.lower() != asked.name.lower() or known.token.lower() != asked.token.lower():
        return False
    if known.architecture.lower() != asked.architecture.lower():
        return False
    has, wants = _numbers(known.version), _numbers(asked.version)
    return has is not None and wants is not None and has[:2] == wants[:2] and has >= wants


def _question(machine: Machine, assembly: Assembly) -> str:
    return (
        f"Look whether {_store(machine)} has the side-by-side assembly {describe(assembly)}: "
        "the record of this machine does not say."
    )
