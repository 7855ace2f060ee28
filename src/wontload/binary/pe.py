"""A PE file (EXE, DLL, PYD; PE32 and PE32+) as an `Image`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from wontload.binary.image import Format, Image
from wontload.binary.origin import Origin, later
from wontload.binary.pe_details import architecture, dependent_load_flags, read_file_version, read_load_config
from wontload.binary.pe_exports import read_exports, read_name
from wontload.binary.pe_imports import read_imports, read_needed
from wontload.binary.pe_layout import Directory, Layout, PEView, read_layout
from wontload.binary.source import Source

T = TypeVar("T")
IMAGE_FILE_DLL = 0x2000  # "PE Format", "Characteristics"


def parse_pe(source: Source, origin: Origin) -> Image:
    """Parse the headers and the names of libraries now; symbols when they are asked for."""
    layout = read_layout(source)
    view = PEView(source, layout)
    load_config = read_load_config(view)
    return Image(
        format=Format.PE,
        architecture=architecture(view, load_config),
        bits=layout.bits,
        size_bytes=source.size,
        is_library=bool(layout.characteristics & IMAGE_FILE_DLL),
        needed=read_needed(view),
        soname=read_name(view),
        dependent_load_flags=dependent_load_flags(view, load_config),
        has_dotnet=view.directory(Directory.CLR) is not None,
        file_version=read_file_version(view),
        minimum_os=layout.subsystem_version,
        read_imports=later(origin, partial(_on_view, read_imports, layout)),
        read_exports=later(origin, partial(_on_view, read_exports, layout)),
    )


def _on_view(read: Callable[[PEView], T], layout: Layout, source: Source) -> T:
    return read(PEView(source, layout))
