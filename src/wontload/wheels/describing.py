"""A wheel as `diagnosis` looks at it (`Contents`): what it says, what its files say, and which hashes are right."""

from __future__ import annotations

import re
from collections.abc import Callable

from wontload.diagnosis.contents import Contents, Native
from wontload.wheels.plugins import Plugins
from wontload.wheels.requirements import declared, declared_names
from wontload.wheels.wheel import Wheel

# What files begin with that a loader takes: ELF, PE, Mach-O of both widths and orders, and of several processors.
MAGICS = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xfe\xed\xfa\xce")
# Files whose names say that they are something else are not looked into.
OTHER = re.compile(
    r"(?i)\.(py|pyi|pyc|txt|md|rst|json|toml|ya?ml|html?|css|js|png|jpe?g|svg|gif|h|hpp|c|cc|cpp|cuh?|pxd|pyx|npy|npz|csv|"
    r"gz|zip|xml|typed|a|lib|f|f90|cmake|pc|ttf|woff2?|map|in|cfg|ini)$"
)
SHORTEST_PROGRAM_BYTES = 64


def contents_of(wheel: Wheel, digest: Callable[[str], str | None], plugins: Plugins) -> Contents:
    """Everything that the rules about wheels may ask.

    Args:
        wheel: its archive open. digest: see `Contents`.

    Raises:
        BadArchive: a member cannot be read.
    """
    archive = wheel.archive
    sizes = {name: member.size_bytes for name, member in archive.members.items()}
    native = {member.name for member in wheel.natives}
    unnamed = tuple(name for name in archive.members if name not in native and _is_native(wheel, name))
    # An assembly of .NET's own code alone is none of a processor's: it runs wherever a .NET does, on Linux as well.
    natives = (Native(member.name, wheel.content(member)) for member in wheel.natives)
    has_record = f"{wheel.dist_info}/RECORD" in archive.members
    return Contents(
        file_name=wheel.file_name,
        name=wheel.name,
        version=wheel.version,
        tags=wheel.tags,
        inner_tags=wheel.inner_tags,
        pure=wheel.pure,
        dist_info=wheel.dist_info,
        metadata=wheel.metadata,
        natives=tuple(one for one in natives if not (one.image and one.image.any_processor)),
        sizes=sizes,
        record=wheel.record if has_record else None,
        digest=digest,
        requires=frozenset(name for one in declared(wheel) for name in declared_names(one)),
        unnamed=unnamed,
        checksums={name: member.crc for name, member in archive.members.items()},
        is_plugin=plugins.has,
        does_without=plugins.does_without,
        partner_of=plugins.partner_of,
    )


def _is_native(wheel: Wheel, name: str) -> bool:
    member = wheel.archive.members[name]
    if member.size_bytes < SHORTEST_PROGRAM_BYTES or OTHER.search(name):
        return False
    return wheel.archive.start(member, 4).startswith(MAGICS)
