"""What a PE file says of itself that no import depends on: side-by-side assemblies, symbols, names, a signature.

All of it serves people who read a diagnosis, but the manifest: an assembly that it names and that is nowhere makes a
load fail (error 14001). What cannot be read is as if it were absent.
Source of names and offsets: Microsoft, "PE Format" and "Version Information"; of the CodeView record LLVM,
include/llvm/DebugInfo/CodeView/CVDebugRecord.h.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass

from wontload.binary.entries import Assembly
from wontload.binary.malformed import Defect, MalformedImage
from wontload.binary.manifest import parse_manifest
from wontload.binary.origin import File, reading
from wontload.binary.pe_details import first_resource
from wontload.binary.pe_layout import read_layout
from wontload.binary.pe_view import PEView
from wontload.binary.source import Source, decode

SECURITY_DIRECTORY, DEBUG_DIRECTORY, BOUND_IMPORT_DIRECTORY = 4, 6, 11
# IMAGE_BOUND_IMPORT_DESCRIPTOR and _FORWARDER_REF: kept: where the name begins (from the directory's start), and of a
# descriptor the number of forwarders behind it, which look the same.
BOUND_IMPORT = struct.Struct("<4xHH")
MOST_BOUND_IMPORTS = 4096
DIRECTORY_RESOURCE = 2
RT_VERSION, RT_MANIFEST = 16, 24
LARGEST_RESOURCE_BYTES = 1 << 18
# "Debug Directory": kept: type, size, RVA and place of the data.
DEBUG_ENTRY = struct.Struct("<12xIIII")
MOST_DEBUG_ENTRIES = 64
IMAGE_DEBUG_TYPE_CODEVIEW = 2
# Behind the signature of a CodeView record: a GUID and an age, or an offset, a time stamp and an age.
PDB_NAME_OFFSET = {b"RSDS": 24, b"NB10": 16}
LONGEST_PDB_RECORD_BYTES = 4096
# The head of every block of a version resource: its length, its value's length (in characters if it is text), kind.
VERSION_BLOCK = struct.Struct("<HHH")


@dataclass(frozen=True, slots=True, kw_only=True)
class PEExtras:
    """Attributes as in the file.

    Attributes:
        assemblies: side-by-side assemblies that the first manifest depends on, in its order.
        pdb: path of the debug symbols on the machine that built the file; `None` without one.
        product, original_filename: of the version resource's first language; `None` without one.
        bound: libraries whose addresses were written into the file in advance (bound imports), with those that these
            forward to. No loader since Windows 8 looks at it.
        is_signed: an Authenticode signature is there. Whether it is good was not looked at.
    """

    assemblies: tuple[Assembly, ...] = ()
    pdb: str | None = None
    product: str | None = None
    original_filename: str | None = None
    bound: tuple[str, ...] = ()
    is_signed: bool = False


def read_pe_extras(path: str | os.PathLike[str]) -> PEExtras:
    """Read them from the PE file at `path`. Raises `MalformedImage` for what is no sound PE file."""
    return reading(File(os.fspath(path)), pe_extras)


def pe_extras(source: Source) -> PEExtras:
    """The same of an open file."""
    if bytes(source.data[:2]) != b"MZ":
        raise MalformedImage(source.path, Defect.NOT_NATIVE, "it is no PE file", 0, content="unknown")
    view = PEView(source, read_layout(source))
    version = _resource(view, RT_VERSION)
    signature = view.directory(SECURITY_DIRECTORY)
    return PEExtras(
        assemblies=parse_manifest(_resource(view, RT_MANIFEST)).dependencies,
        pdb=_pdb(view),
        product=_version_text(version, "ProductName"),
        original_filename=_version_text(version, "OriginalFilename"),
        bound=_bound(view),
        # Alone among the directories, this one's address is an offset in the file.
        is_signed=signature is not None and 0 < signature[1] <= source.size - signature[0],
    )


def _resource(view: PEView, kind: int) -> bytes:
    directory = view.directory(DIRECTORY_RESOURCE)
    if directory is None:
        return b""
    try:
        rva, size = first_resource(view, directory[0], kind) or (0, 0)
        return view.bytes_at(rva, size) if 0 < size <= LARGEST_RESOURCE_BYTES else b""
    except MalformedImage:
        return b""


def _bound(view: PEView) -> tuple[str, ...]:
    """Names of the bound import directory, which lies among the headers: forwarders' behind their library's."""
    directory = view.directory(BOUND_IMPORT_DIRECTORY)
    names: list[str] = []
    try:
        for index in range(MOST_BOUND_IMPORTS if directory else 0):
            start = directory[0] if directory else 0
            offset, _ = BOUND_IMPORT.unpack(view.bytes_at(start + index * BOUND_IMPORT.size, BOUND_IMPORT.size))
            if not offset:
                break
            names.append(view.text(start + offset))
    except MalformedImage:
        pass
    return tuple(names)


def _pdb(view: PEView) -> str | None:
    rva, size = view.directory(DEBUG_DIRECTORY) or (0, 0)
    try:
        whole = min(size // DEBUG_ENTRY.size, MOST_DEBUG_ENTRIES) * DEBUG_ENTRY.size
        entries = DEBUG_ENTRY.iter_unpack(view.bytes_at(rva, whole) if whole else b"")
        for kind, length, _, offset in entries:
            if kind == IMAGE_DEBUG_TYPE_CODEVIEW:
                record = view.source.bytes_at(offset, min(length, LONGEST_PDB_RECORD_BYTES))
                start = PDB_NAME_OFFSET.get(record[:4])
                if start is not None:
                    return decode(record[start:].partition(b"\0")[0]) or None
    except MalformedImage:
        pass
    return None


def _version_text(version: bytes, key: str) -> str | None:
    """The text of a key: a block of its own, whose value begins at the next multiple of four behind the key."""
    wanted = f"{key}\0".encode("utf-16-le")
    at = version.find(wanted)
    if at < VERSION_BLOCK.size:
        return None
    length, characters, _ = VERSION_BLOCK.unpack_from(version, at - VERSION_BLOCK.size)
    start = at + len(wanted) + 3 & -4
    value = version[start : min(start + 2 * characters, at - VERSION_BLOCK.size + length)]
    return value[: len(value) & -2].decode("utf-16-le", "replace").partition("\0")[0] or None
