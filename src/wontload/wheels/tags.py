"""A wheel's file name. Source: PyPA specifications, "Binary distribution format", "File name convention"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wontload.knowledge.wheel_tags import Platform, Tag, expand, platform_of
from wontload.wheels.bad_archive import BadArchive

__all__ = ["FileName", "Platform", "Tag", "expand", "parse_file_name", "platform_of"]

FILE_NAME = re.compile(
    r"(?P<name>[^-]+)-(?P<version>[^-]+)(?:-(?P<build>\d[^-]*))?-(?P<python>[^-]+)-(?P<abi>[^-]+)-(?P<platform>[^-]+)\.whl",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileName:
    """The parts of a wheel's file name. `build` is empty without one; tags stand in the order of the name."""

    name: str
    version: str
    build: str
    tags: tuple[Tag, ...]


def parse_file_name(file_name: str) -> FileName:
    """Raises `BadArchive` for what is no wheel's name."""
    match = FILE_NAME.fullmatch(file_name)
    if match is None:
        raise BadArchive(
            file_name,
            "its name is not that of a wheel (NAME-VERSION-PYTHON-ABI-PLATFORM.whl)",
            next_step="Give it the name that it was published under.",
        )
    return FileName(
        name=match["name"],
        version=match["version"],
        build=match["build"] or "",
        tags=expand("-".join((match["python"], match["abi"], match["platform"]))),
    )
