"""Windows manifests: which side-by-side assemblies a module depends on, and which files an assembly consists of.

A manifest is somebody else's XML: it is scanned for the few elements that a loader looks at, in one pass, without a
parser that entities or depth could exhaust. What is no manifest yields an empty one that is not sound.
Source: Microsoft, "Assembly manifests", "Application manifests" (names, case and all; `manifestVersion` is 1.0).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wontload.binary.entries import NO_ASSEMBLY, Assembly, Manifest

LARGEST_MANIFEST_BYTES = 1 << 18
MOST_ENTRIES = 1000  # dependencies and files each, of one manifest: the largest real ones have some sixty
LONGEST_TAG = 1024  # characters; the longest real ones have some three hundred
NAMESPACE = "urn:schemas-microsoft-com:asm.v"
NAME = re.compile(r"/?(?:[\w.-]{1,64}:)?([\w.-]{1,64})")
ATTRIBUTE = re.compile(r"""(?<![\w.:-])([\w.:-]{1,64})\s*=\s*(?:"([^"]*)"|'([^']*)')""")
ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}


def parse_manifest(data: bytes) -> Manifest:
    """What stands in a manifest's bytes, of which `LARGEST_MANIFEST_BYTES` are read."""
    data = data[:LARGEST_MANIFEST_BYTES]
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    identity: Assembly | None = None
    dependencies: list[Assembly] = []
    files: list[str] = []
    optional = within = inside = is_manifest = is_closed = False
    for name, closes, attributes in _tags(data.decode(encoding, "replace")):
        if name == "assembly":
            is_manifest, is_closed = is_manifest or _is_root(attributes), closes
        elif name == "dependency":
            within = not closes and not attributes.endswith("/")
            optional = within and _attributes(attributes).get("optional", "").lower() == "yes"
        elif name == "dependentAssembly":
            inside = within and not closes and not attributes.endswith("/")
        elif name == "assemblyIdentity" and not closes:
            found = _assembly(_attributes(attributes), optional and inside)
            if inside and found.name and len(dependencies) < MOST_ENTRIES:
                dependencies.append(found)
            elif not inside and identity is None:
                identity = found
        elif name == "file" and not closes and len(files) < MOST_ENTRIES:
            file = _attributes(attributes).get("name", "")
            if file:
                files.append(file)
    return Manifest(
        identity=identity or NO_ASSEMBLY,
        dependencies=tuple(dependencies),
        files=tuple(files),
        sound=is_manifest and (is_closed or len(data) == LARGEST_MANIFEST_BYTES),  # of which more may follow
    )


def _is_root(attributes: str) -> bool:
    values = _attributes(attributes)
    namespaces = (value for name, value in values.items() if name.partition(":")[0] == "xmlns")
    return values.get("manifestVersion") == "1.0" and any(one.startswith(NAMESPACE) for one in namespaces)


def _tags(text: str) -> Iterator[tuple[str, bool, str]]:
    """Yield the name without its prefix, whether it is a closing tag, and the attributes of every tag, in order."""
    at = text.find("<")
    while at >= 0:
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4)
        else:
            end = text.find(">", at + 1)
            match = NAME.match(text, at + 1)
            if match and end >= 0:
                yield match[1], text[at + 1] == "/", text[match.end() : min(end, match.end() + LONGEST_TAG)]
        if end < 0:
            return
        at = text.find("<", end)


def _attributes(text: str) -> dict[str, str]:
    return {name: _plain(one or other) for name, one, other in ATTRIBUTE.findall(text)}


def _plain(text: str) -> str:
    for entity, character in ENTITIES.items():
        text = text.replace(entity, character)
    return text


def _assembly(values: dict[str, str], optional: bool) -> Assembly:
    return Assembly(
        name=values.get("name", ""),
        version=values.get("version", ""),
        architecture=values.get("processorArchitecture", ""),
        token=values.get("publicKeyToken", ""),
        language=values.get("language", ""),
        optional=optional,
    )
