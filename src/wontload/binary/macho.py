"""A Mach-O file (a dylib, a bundle, an executable; thin or fat) as an `Image`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from wontload.binary.entries import Import
from wontload.binary.image import Format, Image, new_image
from wontload.binary.macho_layout import MACHO_MAGICS, Command, Layout, Slice, read_layout, read_slices
from wontload.binary.macho_symbols import read_exports, read_imports, read_undefined
from wontload.binary.malformed import Defect, MalformedImage
from wontload.binary.origin import Origin, later, reading
from wontload.binary.source import Source

__all__ = ["MACHO_MAGICS", "parse_macho"]

T = TypeVar("T")
Version = tuple[int, ...]
MH_DYLIB, MH_BUNDLE = 6, 8
DYLIBS = (
    Command.LOAD_DYLIB,
    Command.LOAD_WEAK_DYLIB,
    Command.REEXPORT_DYLIB,
    Command.LAZY_LOAD_DYLIB,
    Command.LOAD_UPWARD_DYLIB,
)
DYLIB_USE_MARKER, DYLIB_USE_BYTES = 0x1A741800, 28
DYLIB_USE_WEAK_LINK, DYLIB_USE_REEXPORT = 1, 2
# Before LC_BUILD_VERSION each platform had a command of its own (loader.h, PLATFORM_*).
PLATFORM_OF_MINIMUM = {
    Command.VERSION_MIN_MACOSX: 1,
    Command.VERSION_MIN_IPHONEOS: 2,
    Command.VERSION_MIN_TVOS: 3,
    Command.VERSION_MIN_WATCHOS: 4,
}


def parse_macho(source: Source, origin: Origin, architecture: str | None = None) -> Image | None:
    """Parse the load commands now, symbols when they are asked for; `None` when it is a Java class file.

    Raises `MalformedImage` also when there is no slice for `architecture`.
    """
    slices = read_slices(source)
    if slices is None:
        return None
    layout = read_layout(source, _choose(source, slices, architecture))
    needed = read_needed(layout)
    built = _built_for(layout)
    return new_image(
        format=Format.MACHO,
        architecture=layout.slice.architecture,
        bits=layout.bits,
        big_endian=layout.order == ">",
        size_bytes=source.size,
        is_library=layout.file_type in (MH_DYLIB, MH_BUNDLE),
        needed=needed,
        soname=next(map(layout.text, layout.of(Command.ID_DYLIB)), None),
        rpath=tuple(map(layout.text, layout.of(Command.RPATH))) or None,
        packed_relocations=next(layout.of(Command.DYLD_CHAINED_FIXUPS), None) is not None,
        minimum_os=_minimum_os(built),
        slices=tuple(one.architecture for one in slices),
        file_type=layout.file_type,
        platforms=tuple(platform for platform, _, _ in built),
        sdk=next((sdk for _, _, sdk in built), None),
        uuid=next(map(_uuid, layout.of(Command.UUID)), None),
        reexports=_reexports(layout),
        read_slice=partial(_slice, origin) if len(slices) > 1 else None,
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
            weak=kind == Command.LOAD_WEAK_DYLIB or bool(_use_flags(layout, content) & DYLIB_USE_WEAK_LINK),
        )
        for kind, content in layout.commands
        if kind in DYLIBS
    )


def _reexports(layout: Layout) -> tuple[str, ...]:
    return tuple(
        layout.text(content)
        for kind, content in layout.commands
        if kind == Command.REEXPORT_DYLIB or (kind in DYLIBS and _use_flags(layout, content) & DYLIB_USE_REEXPORT)
    )


def _use_flags(layout: Layout, content: bytes) -> int:
    """Flags of a dylib_use_command, which stands in the place of a dylib_command since macOS 15 (loader.h)."""
    _, marker, _, _, flags = layout.numbers(content, 5)
    return flags if marker == DYLIB_USE_MARKER and len(content) >= DYLIB_USE_BYTES else 0


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


def _slice(origin: Origin, architecture: str) -> Image:
    return reading(origin, partial(_parsed, origin, architecture))


def _parsed(origin: Origin, architecture: str, source: Source) -> Image:
    image = parse_macho(source, origin, architecture)
    if image is None:
        raise source.corrupt("it is a fat Mach-O file no longer", 0)
    return image


def _built_for(layout: Layout) -> tuple[tuple[int, Version, Version], ...]:
    """(platform, minimum OS, SDK) of each platform that it was built for, in file order.

    Versions are packed in a number as xxxx.yy.zz (loader.h, build_version_command and version_min_command).
    """
    built = []
    for kind, content in layout.commands:
        if kind == Command.BUILD_VERSION:
            platform, minimum, sdk = layout.numbers(content, 3)
        elif kind in PLATFORM_OF_MINIMUM:
            platform, (minimum, sdk) = PLATFORM_OF_MINIMUM[Command(kind)], layout.numbers(content, 2)
        else:
            continue
        built.append((platform, _version(minimum), _version(sdk)))
    return tuple(built)


def _version(packed: int) -> Version:
    return (packed >> 16, packed >> 8 & 0xFF, packed & 0xFF)


def _minimum_os(built: Sequence[tuple[int, Version, Version]]) -> Version | None:
    return next((minimum for _, minimum, _ in built), None)


def _uuid(content: bytes) -> str:
    digits = content[8:24].ljust(16, b"\0").hex().upper()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
