"""A wheel as the rules WL511 to WL518 see it: what it says of itself, and what its native files say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from wontload.binary import Format, Image, MalformedImage
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.knowledge.wheel_tags import Platform, Tag, platform_of
from wontload.loader.modes import default_mode

SHOWN = 12  # files that a finding names; the others are counted
FORMAT_OF = {"windows": Format.PE, "linux": Format.ELF, "macos": Format.MACHO}
# What auditwheel and delvewheel put into the names of libraries that they bring in: `libz-a147dcb0.so.1`.
MANGLED = re.compile(r"-[0-9a-f]{8,64}(?=\.)")


@dataclass(frozen=True, slots=True)
class Native:
    """One native file: its name in the wheel, and what is in it or wrong with it."""

    name: str
    content: Image | MalformedImage

    @property
    def image(self) -> Image | None:
        """The file, where it can be read."""
        return self.content if isinstance(self.content, Image) else None

    @property
    def base(self) -> str:
        """Its name without directories."""
        return self.name.rpartition("/")[2]

    @property
    def is_extension(self) -> bool:
        """Whether an import could find it by its name."""
        return default_mode(self.base) == "import"


class Row(NamedTuple):
    """One row of RECORD.

    Attributes:
        path: of the member. algorithm: such as `sha256`; empty without one. digest: in hexadecimal, empty where it is
            missing or cannot be read. size_bytes: `None` without one. hexadecimal: RECORD itself has it so.
    """

    path: str
    algorithm: str
    digest: str
    size_bytes: int | None
    hexadecimal: bool = False


@dataclass(frozen=True, kw_only=True)
class Contents:
    """A wheel.

    Attributes:
        file_name: of the wheel. name, version: as its file name has them.
        tags, inner_tags: of the file name, and of its WHEEL file. pure: `Root-Is-Purelib`.
        dist_info: directory of its metadata. metadata: fields of METADATA, in order.
        natives: its native files. sizes: every member's size in bytes, by name.
        record: rows of RECORD; `None` when it has none.
        digest: a member's hash in hexadecimal, by the algorithm that RECORD has for it; `None`: it was not worked out.
        requires: distributions that it declares to need, by normalised name.
        unnamed: members that are native files by what they begin with, and not by their names.
        checksums: CRC-32 of members, by name.
        is_plugin: whether nothing in the wheel leads to a native file, by name, and the wheel does without it.
        does_without: whether Python code imports a native file, by name, and goes on where that fails.
        partner_of: of a native file, by name, the undeclared distribution that it goes with; empty for none.
    """

    file_name: str
    name: str
    version: str
    tags: tuple[Tag, ...]
    inner_tags: tuple[Tag, ...]
    pure: bool
    dist_info: str
    metadata: tuple[tuple[str, str], ...]
    natives: tuple[Native, ...]
    sizes: Mapping[str, int]
    record: tuple[Row, ...] | None
    digest: Callable[[str], str | None] = field(default=lambda name: None, repr=False)
    requires: frozenset[str] = frozenset()
    unnamed: tuple[str, ...] = ()
    checksums: Mapping[str, int] = field(default_factory=dict, repr=False)
    is_plugin: Callable[[str], bool] = field(default=lambda name: False, repr=False)
    does_without: Callable[[str], bool] = field(default=lambda name: False, repr=False)
    partner_of: Callable[[str], str] = field(default=lambda name: "", repr=False)

    @cached_property
    def platforms(self) -> tuple[tuple[str, Platform], ...]:
        """Each platform tag of the file name, with what it means."""
        return tuple((tag, platform_of(tag)) for tag in dict.fromkeys(one.platform for one in self.tags))

    @cached_property
    def images(self) -> tuple[tuple[Native, Image], ...]:
        """The native files that can be read."""
        return tuple((one, one.image) for one in self.natives if one.image is not None)

    def of_system(self, system: str) -> Iterator[tuple[Native, Image]]:
        """The native files in the format of `windows`, `linux` or `macos`."""
        return ((native, image) for native, image in self.images if image.format is FORMAT_OF.get(system))

    @cached_property
    def directories(self) -> frozenset[str]:
        """Those that the wheel has something in, the nested ones' parents included; `.` for its top."""
        found = {"."}
        for name in self.sizes:
            while (name := name.rpartition("/")[0]) and name not in found:
                found.add(name)
        return frozenset(found)

    @cached_property
    def offered(self) -> frozenset[str]:
        """Names by which a loader may find the wheel's own libraries: of files, and SONAMEs; in lower case for PE."""
        names = {
            native.base.lower() if native.base.lower().endswith((".dll", ".pyd")) else native.base
            for native in self.natives
        }
        nameless = {name.rpartition("/")[2] for name in self.unnamed}
        return frozenset(names | nameless | {image.soname for _, image in self.images if image.soname})


def finding(
    code: str,
    title: str,
    files: Mapping[str, str],
    *,
    explanation: str,
    severity: Severity = Severity.ERROR,
    component: str | None = None,
) -> Finding:
    """A finding about files of a wheel.

    Args:
        files: what is wrong with each, by its name in the wheel; the first is the subject.
    """
    names = tuple(files)
    shown = [Evidence("file", f"{name}: {what}", {"path": name}) for name, what in list(files.items())[:SHOWN]]
    if len(files) > SHOWN:
        shown.append(Evidence("file", f"and {len(files) - SHOWN} more files", {"count": len(files) - SHOWN}))
    return Finding(
        code=code,
        severity=severity,
        title=title,
        subject=names[0],
        also=names[1:],
        component=component,
        chain=(names[0],),
        evidence=tuple(shown),
        explanation=explanation,
        explains_error=severity is Severity.ERROR,
    )


def plain(name: str) -> str:
    """A library's own name, without what a repairing tool put into it."""
    return MANGLED.sub("", name)
