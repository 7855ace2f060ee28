"""A Mach-O file (a dylib, a bundle, an executable; thin or fat) as an `Image`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from wontload.binary.image import Format, Image, Import
from wontload.binary.macho_layout import MACHO_MAGICS, Command, Layout, Slice, read_layout, read_slices
from wontload.binary.macho_symbols import read_exports, read_imports, read_undefined
from wontload.binary.malformed import Defect, MalformedImage
from wontload.binary.origin import Origin, later
from wontload.binary.source import Source

__all__ = ["MACHO_MAGICS", "parse_macho"]

T = TypeVar("T")
MH_DYLIB, MH_BUNDLE = 6, 8
DYLIBS = (
    Command.LOAD_DYLIB,
    Command.LOAD_WEAK_DYLIB,
    Command.REEXPORT_DYLIB,
    Command.LAZY_LOAD_DYLIB,
    Command.LOAD_UPWARD_DYLIB,
)


def parse_macho(source: Source, origin: Origin, architecture: str | None = None) -> Image | None:
    """Parse the load commands now, symbols when they are asked for; `None` when it is a Java class file.

    Raises `MalformedImage` also when there is no slice for `architecture`.
    """
    slices = read_slices(source)
    if slices is None:
        return None
    layout = read_layout(source, _choose(source, slices, architecture))
    needed = read_needed(layout)
    return Image(
        format=Format.MACHO,
        architecture=layout.slice.architecture,
        bits=layout.bits,
        big_endian=layout.order == ">",
        size_bytes=source.size,
        is_library=layout.file_type in (MH_DYLIB, MH_BUNDLE),
        needed=needed,
        soname=next(map(layout.text, layout.of(Command.ID_DYLIB)), None),
        rpath=tuple(map(layout.text, layout.of(Command.RPATH))) or None,
        minimum_os=_minimum_os(layout),
        slices=tuple(one.architecture for one in slices),
        read_imports=later(origin, partial(_with_layout, partial(read_imports, needed=needed), layout)),
        read_exports=later(origin, partial(_with_layout, read_exports, layout)),
        read_undefined=later(origin, partial(_with_layout, read_undefined, layout)),
    )


def read_needed(layout: Layout) -> tuple[Import, ...]:
    """The libraries in file order, which is also that of the ordinals by which symbols name them."""
    return tuple(
        Import(
            layout.text(content),
            delayed=kind == Command.LAZY_LOAD_DYLIB,
            weak=kind == Command.LOAD_WEAK_DYLIB,
        )
        for kind, content in layout.commands
        if kind in DYLIBS
    )


def _with_layout(read: Callable[[Source, Layout], T], layout: Layout, source: Source) -> T:
    return read(source, layout)


def _choose(source: Source, slices: Sequence[Slice], architecture: str | None) -> Slice:
    if not slices:
        return Slice("", 0, source.size)
    for one in slices:
        if architecture in (None, one.architecture):
            return one
    names = ", ".join(one.architecture for one in slices)
    raise MalformedImage(source.path, Defect.CORRUPT, f"it has no slice for {architecture}, only for {names}")


def _minimum_os(layout: Layout) -> tuple[int, ...] | None:
    """Major, minor, patch: packed in a number as xxxx.yy.zz (loader.h, version_min_command)."""
    packed = [layout.numbers(content, 2)[1] for content in layout.of(Command.BUILD_VERSION)]
    packed += [layout.numbers(content, 1)[0] for content in layout.of(Command.VERSION_MIN_MACOSX)]
    return (packed[0] >> 16, packed[0] >> 8 & 0xFF, packed[0] & 0xFF) if packed else None
