"""What a PE file says of itself beyond its symbols: architecture, load configuration, file version.

None of these keeps a loader from loading, so what cannot be read of them is as if it were absent.
"""

from __future__ import annotations

import struct

from wontload.binary.malformed import MalformedImage
from wontload.binary.pe_layout import Directory
from wontload.binary.pe_view import PEView

# Microsoft, "PE Format", "Machine Types".
ARCHITECTURE = {
    0x014C: "x86",
    0x8664: "x86_64",
    0x01C0: "arm",
    0x01C2: "arm",
    0x01C4: "arm",
    0xAA64: "aarch64",
    0xA641: "arm64ec",
    0xA64E: "arm64x",
    0x5064: "riscv64",
    0x6264: "loongarch64",
}
# Both kinds of mixed images carry CHPE metadata, and the machine type of the code that an old loader would look for:
# x64 for ARM64EC, ARM64 for ARM64X (Microsoft, "Understanding Arm64EC ABI and assembly code"; "Arm64X PE files").
MIXED_ARCHITECTURE = {0x8664: "arm64ec", 0xAA64: "arm64x"}
# IMAGE_LOAD_CONFIG_DIRECTORY (winnt.h): offsets of DependentLoadFlags and, 64 bits only, CHPEMetadataPointer.
DEPENDENT_LOAD_FLAGS_OFFSET = {32: 54, 64: 78}
CHPE_METADATA_OFFSET = 200
# ECMA-335, II.25.3.3 "CLI header": kept is Flags, of which II.25.3.3.1 names the bits.
CLR_HEADER = struct.Struct("<16xI52x")
COMIMAGE_FLAGS_ILONLY, COMIMAGE_FLAGS_32BITREQUIRED = 1, 2

# Microsoft, "PE Format", "Resource Directory Table": 16 bytes, kept: number of named and of numbered entries.
RESOURCE_DIRECTORY = struct.Struct("<12xHH")
RESOURCE_ENTRY = struct.Struct("<II")  # name or number, offset from the directory's start
RESOURCE_DATA = struct.Struct("<II8x")  # RVA, size
SUBDIRECTORY = 1 << 31
RT_VERSION, RT_MANIFEST = 16, 24
# winuser.h: CREATEPROCESS_MANIFEST_RESOURCE_ID and ISOLATIONAWARE_MANIFEST_RESOURCE_ID. The loader heeds these two
# (Microsoft, "Using Side-by-Side Assemblies as a Resource"); number 3 is for the functions that a program calls.
EXE_MANIFEST, DLL_MANIFEST = 1, 2
RESOURCE_TREE_BYTES = 4096  # within which the tree's entries nearly always lie
# VS_VERSIONINFO: three words, the key "VS_VERSION_INFO" in UTF-16, padding, then VS_FIXEDFILEINFO (verrsrc.h):
# kept: signature, dwFileVersionMS, dwFileVersionLS.
FIXED_FILE_INFO_OFFSET = 40
FIXED_FILE_INFO = struct.Struct("<I4xII")
FIXED_FILE_INFO_SIGNATURE = 0xFEEF04BD


def read_load_config(view: PEView) -> bytes:
    """The load configuration, as long as it says it is; empty without one."""
    directory = view.directory(Directory.LOAD_CONFIG)
    if directory is None:
        return b""
    try:
        size = int.from_bytes(view.bytes_at(directory[0], 4), "little")
        return view.bytes_at(directory[0], min(size, CHPE_METADATA_OFFSET + 8))
    except MalformedImage:
        return b""


def dependent_load_flags(view: PEView, load_config: bytes) -> int:
    """`DependentLoadFlags`: with which flags the imports of this image are sought; 0: with those of the load."""
    offset = DEPENDENT_LOAD_FLAGS_OFFSET[view.layout.bits]
    return int.from_bytes(load_config[offset : offset + 2], "little")


def architecture(view: PEView, load_config: bytes) -> str:
    """What the code is for, in the spelling of `Image.architecture`."""
    machine = view.layout.machine
    has_chpe_metadata = any(load_config[CHPE_METADATA_OFFSET : CHPE_METADATA_OFFSET + 8])
    if view.layout.bits == 64 and has_chpe_metadata and machine in MIXED_ARCHITECTURE:
        return MIXED_ARCHITECTURE[machine]
    return ARCHITECTURE.get(machine) or f"{machine:#x}"


def is_for_any_processor(view: PEView) -> bool:
    """Whether it is a 32-bit file of .NET's own code alone, which Windows gives whatever bitness the process has.

    Wine decides by the same two flags: server/mapping.c, get_image_params (IMAGE_FLAGS_ComPlusNativeReady).
    """
    directory = view.directory(Directory.CLR)
    if directory is None or view.layout.bits != 32:
        return False
    try:
        (flags,) = CLR_HEADER.unpack(view.bytes_at(directory[0], CLR_HEADER.size))
    except MalformedImage:
        return False
    return bool(flags & COMIMAGE_FLAGS_ILONLY) and not flags & COMIMAGE_FLAGS_32BITREQUIRED


def resources_root(view: PEView) -> int | None:
    """RVA of the resource directory, which is at hand then; `None` without one that is worth reaching for."""
    directory = view.directory(Directory.RESOURCE)
    if directory is None:
        return None
    try:
        if view.is_costly(directory[0]):
            return None
        view.keep(directory[0], RESOURCE_TREE_BYTES)
    except MalformedImage:
        return None
    return directory[0]


def read_file_version(view: PEView, root: int | None) -> tuple[int, int, int, int] | None:
    """The four numbers of the version resource's fixed part, which installers compare."""
    if root is None:
        return None
    try:
        rva, size = first_resource(view, root, RT_VERSION) or (0, 0)
        if size < FIXED_FILE_INFO_OFFSET + FIXED_FILE_INFO.size:
            return None
        signature, high, low = view.unpack(FIXED_FILE_INFO, rva + FIXED_FILE_INFO_OFFSET)
    except MalformedImage:
        return None
    if signature != FIXED_FILE_INFO_SIGNATURE:
        return None
    return high >> 16, high & 0xFFFF, low >> 16, low & 0xFFFF


def find_manifest(view: PEView, root: int | None, which: int) -> tuple[int, int] | None:
    """RVA and size of the manifest with that number; `None` without one."""
    try:
        return None if root is None else first_resource(view, root, RT_MANIFEST, which)
    except MalformedImage:
        return None


def first_resource(view: PEView, root: int, kind: int, which: int | None = None) -> tuple[int, int] | None:
    """RVA and size of the first resource of a kind, or of the one with number `which`.

    The tree's levels are kind, name, language.
    """
    wanted = (kind, which, None)
    offset = 0
    for level in range(3):
        named, numbered = view.unpack(RESOURCE_DIRECTORY, root + offset)
        first = root + offset + RESOURCE_DIRECTORY.size
        if wanted[level] is None:
            entries = view.bytes_at(first, RESOURCE_ENTRY.size if named + numbered else 0)
        else:  # what has a number follows what has a name
            entries = view.bytes_at(first + named * RESOURCE_ENTRY.size, numbered * RESOURCE_ENTRY.size)
        found = [at for number, at in RESOURCE_ENTRY.iter_unpack(entries) if wanted[level] in (None, number)]
        if not found or bool(found[0] & SUBDIRECTORY) != (level < 2):
            return None
        offset = found[0] & ~SUBDIRECTORY
    rva, size = view.unpack(RESOURCE_DATA, root + offset)
    return rva, size
