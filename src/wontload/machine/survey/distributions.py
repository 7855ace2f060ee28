"""Installed distributions that own native files, from the records in every directory of `sys.path`.

Nothing is imported, and a record is not read in full where it names no native file. Sources: Python Packaging,
"Recording installed projects" (RECORD, INSTALLER), "Binary distribution format" (WHEEL), PEP 376 for hashes.
"""

from __future__ import annotations

import base64
import binascii
import csv
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from wontload.knowledge.packages import normalised
from wontload.machine.dist_info import Installed, described, installed, required, requirements
from wontload.machine.inventory import Distribution, RecordedFile
from wontload.machine.markers import marker_environment
from wontload.machine.survey.requirements import unmet
from wontload.machine.survey.sources import Sources

# The end of a line of RECORD whose path ends as native files do: `a/b.so`, `lib/libx.so.1`, `"a,b.pyd",sha256=…`. A
# pattern for the whole line takes fourteen times as long, as it is tried at every line from its first character on.
NATIVE_ENDING = re.compile(rb'\.(?:so(?:\.\d+)*|pyd|dll|dylib)"?(?:,.*)?$', re.MULTILINE | re.IGNORECASE)
MOST_FILES = 20_000  # of one distribution


def distributions(sources: Sources) -> tuple[Distribution, ...]:
    """Those with native files, in the order of `sys.path` and of their names."""
    return _with_native_files(sources, _installed(sources), lambda name: True)


def distributions_named(sources: Sources, names: Collection[str]) -> tuple[Distribution, ...]:
    """Of these, those with one of some names. The records of all others are not read."""
    wanted = set(map(normalised, names))
    return _with_native_files(sources, _installed(sources), lambda name: normalised(name) in wanted)


def _installed(sources: Sources) -> tuple[Installed, ...]:
    python = sources.machine.python
    return tuple(installed([place for place in (python.path if python else ()) if sources.is_directory(place)]))


def _with_native_files(
    sources: Sources, entries: Sequence[Installed], wanted: Callable[[str], bool]
) -> tuple[Distribution, ...]:
    versions = {normalised(one.name): one.version for one in reversed(entries)}  # of two, the first on the path counts
    environment = marker_environment(sources.machine)
    found = (_distribution(sources, entry, versions, environment) for entry in entries if wanted(entry.name))
    return tuple(one for one in found if one.files)


def _distribution(
    sources: Sources, entry: Installed, versions: Mapping[str, str], environment: Mapping[str, str]
) -> Distribution:
    record = entry.read("RECORD")
    location = sources.path.dirname(entry.directory)
    base = location if record else entry.directory  # setuptools' older list is relative to the .egg-info
    listed = record or entry.read("installed-files.txt")
    lines = list(_native_lines(listed))
    if not lines:
        return Distribution(name=entry.name, version=entry.version, location=location)
    named, metadata = described(entry), entry.read("METADATA", "PKG-INFO")
    return Distribution(
        name=named.name,
        version=named.version,
        location=location,
        record=sources.path.join(entry.directory, "RECORD") if record else "",
        installer=entry.read("INSTALLER").decode("utf-8", "replace").strip()[:40],
        tags=tuple(re.findall(r"^Tag:\s*(\S+)", entry.read("WHEEL").decode("utf-8", "replace"), re.MULTILINE)),
        modules=entry.modules(),
        requires=required(metadata),
        unmet=unmet(requirements(metadata), versions, environment),
        files=tuple(_files(sources, base, lines[:MOST_FILES])),
    )


def _native_lines(listed: bytes) -> Iterator[str]:
    for match in NATIVE_ENDING.finditer(listed):
        begin = listed.rfind(b"\n", 0, match.start()) + 1
        yield listed[begin : match.end()].decode("utf-8", "surrogateescape")


def _files(sources: Sources, base: str, lines: list[str]) -> Iterator[RecordedFile]:
    for row in csv.reader(lines):
        path = sources.path.normpath(sources.path.join(base, row[0]))
        found = sources.size(path)
        size = row[2] if len(row) > 2 else ""
        yield RecordedFile(
            path=path,
            sha256=hexadecimal(row[1]) if len(row) > 1 else "",
            size_bytes=int(size) if size.isdecimal() and len(size) < 16 else None,
            present=found is not None,
            found_bytes=found,
        )


def hexadecimal(entry: str) -> str:
    """`sha256=` and URL-safe base64 without its padding, as lower-case hexadecimal; empty for another hash."""
    kind, _, text = entry.partition("=")
    if kind != "sha256" or len(text) > 64:
        return ""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).hex()
    except (binascii.Error, ValueError):
        return ""
