"""A PE file (EXE, DLL, PYD; PE32 and PE32+) as an `Image`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from wontload.binary.entries import Manifest
from wontload.binary.image import Format, Image, new_image
from wontload.binary.origin import Origin, reading
from wontload.binary.pages import PIECE_BYTES
from wontload.binary.pe_details import (
    DLL_MANIFEST,
    EXE_MANIFEST,
    RESOURCE_TREE_BYTES,
    architecture,
    dependent_load_flags,
    find_manifest,
    is_for_any_processor,
    read_file_version,
    read_load_config,
    resources_root,
)
from wontload.binary.pe_exports import EXPORT_BYTES, read_exports, read_name
from wontload.binary.pe_imports import IMPORT_BYTES, read_eager, read_imports, read_needed
from wontload.binary.pe_layout import (
    SIGNATURE_POINTER,
    SIGNATURE_POINTER_OFFSET,
    Directory,
    Layout,
    read_layout,
)
from wontload.binary.pe_view import PEView
from wontload.binary.source import Source

T = TypeVar("T")
WINE_MARK, WINE_MARK_OFFSET = b"Wine builtin DLL\0", 0x40
DLL_CHARACTERISTICS_OFFSET = 24 + 70  # from the signature, in PE32 and PE32+
WINE_PREFERS_NATIVE = 0x10  # a bit of DllCharacteristics that Microsoft leaves unused
IMAGE_FILE_DLL = 0x2000  # "PE Format", "Characteristics"


def parse_pe(source: Source, origin: Origin, *, symbols: bool = False) -> Image:
    """Parse the headers and the names of libraries now; symbols when they are asked for, or now as well."""
    layout = read_layout(source)
    view = PEView(source, layout)
    view.gather(_tables(view, symbols=symbols))
    load_config = read_load_config(view)
    eager = read_eager(view)
    needed = read_needed(view, eager)
    # What lies side by side is read in turn. The image keeps it as if it had been asked for it.
    asked = {"imports": read_imports(view, eager), "exports": read_exports(view), "undefined": ()} if symbols else {}
    soname = read_name(view)
    is_library = bool(layout.characteristics & IMAGE_FILE_DLL)
    resources = resources_root(view)
    file_version = read_file_version(view, resources)
    # Its place lies beside the version's, so that no further read is needed.
    manifest = find_manifest(view, resources, DLL_MANIFEST if is_library else EXE_MANIFEST)
    image = new_image(
        format=Format.PE,
        architecture=architecture(view, load_config),
        bits=layout.bits,
        size_bytes=source.size,
        is_library=is_library,
        needed=needed,
        soname=soname,
        dependent_load_flags=dependent_load_flags(view, load_config),
        has_dotnet=view.directory(Directory.CLR) is not None,
        any_processor=is_for_any_processor(view),
        entry_defect=layout.entry_defect,
        wine_builtin=_is_wine_builtin(source),
        file_version=file_version,
        minimum_os=layout.subsystem_version,
        linker_version=layout.linker_version,
        read_imports=partial(_on_view, origin, layout, partial(read_imports, eager=eager)),
        read_exports=partial(_on_view, origin, layout, read_exports),
        read_manifest=manifest and partial(_on_view, origin, layout, partial(_read_manifest, place=manifest)),
        read_assembly_manifest=partial(_on_view, origin, layout, _read_assembly_manifest),
    )
    vars(image).update(asked)
    return image


def _tables(view: PEView, *, symbols: bool) -> Iterator[tuple[int, int]]:
    """RVA and size of the beginnings of the tables that every image is asked for."""
    if exports := view.directory(Directory.EXPORT):
        yield exports[0], min(exports[1], EXPORT_BYTES if symbols else PIECE_BYTES)
    if imports := view.directory(Directory.IMPORT):
        yield imports[0], IMPORT_BYTES
    if resources := view.directory(Directory.RESOURCE):
        yield resources[0], RESOURCE_TREE_BYTES


def _is_wine_builtin(source: Source) -> bool:
    """Wine's mark behind the DOS header, unless the file says that it gives way to a native one.

    Source: Wine, server/mapping.c (get_image_params) and dlls/ntdll/unix/loader.c (prefer_native).
    """
    if (
        source.size < WINE_MARK_OFFSET + len(WINE_MARK)
        or source.bytes_at(WINE_MARK_OFFSET, len(WINE_MARK)) != WINE_MARK
    ):
        return False
    (start,) = source.unpack(SIGNATURE_POINTER, SIGNATURE_POINTER_OFFSET)
    characteristics = source.bytes_at(start + DLL_CHARACTERISTICS_OFFSET, 2)
    return not int.from_bytes(characteristics, "little") & WINE_PREFERS_NATIVE


def _read_assembly_manifest(view: PEView) -> Manifest | None:
    place = find_manifest(view, resources_root(view), EXE_MANIFEST)
    return place and _read_manifest(view, place)


def _read_manifest(view: PEView, place: tuple[int, int]) -> Manifest:
    from wontload.binary.manifest import LARGEST_MANIFEST_BYTES, parse_manifest  # some loads ask for it

    rva, size = place
    return parse_manifest(view.bytes_at(rva, min(size, LARGEST_MANIFEST_BYTES)))


def _on_view(origin: Origin, layout: Layout, read: Callable[[PEView], T]) -> T:
    """What `read` makes of the file when the image is asked for that."""
    return reading(origin, lambda source: read(PEView(source, layout)))
