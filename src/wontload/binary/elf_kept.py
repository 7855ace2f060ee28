"""What the parser of ELF files reads at once, as plain data that another process can have the same image from.

The costly tables are not part of it: an image that was made from such data parses the file when it is asked for one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from wontload.binary.entries import Import, VersionNeeded
from wontload.binary.image import Format, Image, LoadDefect, new_image
from wontload.binary.origin import Origin, reading
from wontload.binary.reading import parse_source

# Fields that JSON has as they are; then those that it has as lists.
PLAIN = (
    "architecture",
    "bits",
    "big_endian",
    "size_bytes",
    "is_library",
    "soname",
    "flags_1",
    "interpreter",
    "os_abi",
    "elf_type",
    "is_dynamic",
    "executable_stack",
    "packed_relocations",
    "isa_needed",
    "tls_alignment",
    "tls_offset",
    "static_tls",
    "tls_bytes",
)
LISTS = ("rpath", "runpath", "versions_defined", "minimum_os", "filters", "auxiliaries")


def plain_of(image: Image) -> list[Any]:
    """The image of an ELF file as JSON can have it."""
    return [
        [getattr(image, name) for name in PLAIN],
        [getattr(image, name) for name in LISTS],
        [one.library for one in image.needed],
        [(one.library, one.version, one.weak) for one in image.versions_needed],
        image.header.hex(),
        image.read_export_index is not None,
        image.load_defect,
    ]


def image_of(plain: list[Any], origin: Origin) -> Image:
    """The image again. Raises `ValueError`, `TypeError` or `LookupError` for what `plain_of` did not make."""
    values, lists, needed, versions, header, hashed, defect = plain

    @cache
    def parsed() -> Image:
        return reading(origin, lambda source: parse_source(source, origin, None))

    def later(name: str) -> Callable[[], Any]:
        return lambda: getattr(parsed(), name)()

    fields: dict[str, Any] = dict(zip(PLAIN, values, strict=True))
    fields |= {name: None if one is None else tuple(one) for name, one in zip(LISTS, lists, strict=True)}
    return new_image(
        **fields,
        format=Format.ELF,
        needed=tuple(map(Import, needed)),
        versions_needed=tuple(VersionNeeded(*one) for one in versions),
        header=bytes.fromhex(header),
        load_defect=None if defect is None else LoadDefect(defect),
        read_exports=later("read_exports"),
        read_undefined=later("read_undefined"),
        read_bindings=later("read_bindings"),
        read_relocations=later("read_relocations"),
        read_plain_names=later("read_plain_names"),
        read_export_index=later("read_export_index") if hashed else None,
    )
