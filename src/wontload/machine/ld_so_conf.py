"""What ldconfig would write into `ld.so.cache`, from `ld.so.conf` and the directories that it names.

Source: glibc, elf/ldconfig.c (`parse_conf`, `add_dir_1`, `search_dir`, `create_links`) and sysdeps/generic/ldconfig.h.
Oracle: tests/machine/test_ld_so_conf.py, against the real ldconfig in made-up root directories.

Not here: subdirectories of the kind that `glibc-hwcaps` replaced (`haswell`, `tls`), which ldconfig knew before 2.37;
and links of the disk that lead over a link which ldconfig would change or make meanwhile.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cmp_to_key
from typing import Any, NamedTuple

from wontload.binary import Format, Image, MalformedImage
from wontload.machine.files import Files, Kind
from wontload.machine.ld_so_cache import CacheEntry

WHITESPACE = " \t\n\v\f\r"  # isspace() of the C locale
ET_DYN = 3
# elf/dl-is_dso.h, `_dl_is_dso`: `lib*.so*` and the names that loaders have.
LIBRARY_NAME = re.compile(r"(lib|ld-).*\.so|ld(64)?\.so\.")
# `search_dir`: what the prelink program has not finished.
PRELINKED = re.compile(r".*\.#prelink#(\..{6})?")
# `skip_dso_based_on_name`: what RPM and dpkg have not moved to its place yet.
UNPACKED = re.compile(r".*;.*|.*\.dpkg-(new|tmp)")
UNPACKED_SKIPPED_SINCE = (2, 39)  # glibc's NEWS
HWCAPS = "glibc-hwcaps"
HWCAPS_SINCE = (2, 33)
# sysdeps/generic/ldconfig.h: FLAG_ELF_LIBC6 with the architecture's bits.
FLAGS = {"x86_64": 0x0303, "aarch64": 0x0A03, "x86": 0x0003, "riscv64": 0x1003, "ppc64le": 0x0503, "s390x": 0x0403}
FLAG_ELF_LIBC6 = 3


class Directory(NamedTuple):
    """One that is read: `hwcaps` names the subdirectory of `glibc-hwcaps` that it is, if it is one."""

    path: str
    hwcaps: str = ""


class Library(NamedTuple):
    """A file of a directory, or a link that the linker uses (`libx.so`)."""

    name: str
    soname: str
    flags: int
    is_link: bool


def cache_of(files: Files, built_in: Iterable[str], version: tuple[int, ...]) -> tuple[CacheEntry, ...]:
    """The entries for the libraries of the directories in `/etc/ld.so.conf`, and of the built-in ones after them.

    `version` is that of the glibc whose ldconfig is meant.
    """
    entries: dict[tuple[str, int, str], CacheEntry] = {}
    named = (*directories_in(files, "/etc/ld.so.conf"), *built_in)
    for directory in _once_each(files, named, version >= HWCAPS_SINCE):
        for library in _newest_of_each_name(_libraries(files, directory, version)):
            path = _path_of(files, directory, library)
            entry = CacheEntry(library.soname, path, library.flags, directory.hwcaps)
            entries.setdefault((entry.name, entry.flags, directory.hwcaps), entry)  # the first directory's wins
    return tuple(entries.values())


def directories_in(files: Files, path: str, read: set[str] | None = None) -> Iterator[str]:
    """The directories that a configuration names, in order, those of included files in their place.

    No file is read twice: a second time it names nothing new. Files that include each other in a circle keep ldconfig
    busy for ever.
    """
    read = set() if read is None else read
    text = None if path in read else files.text(path)
    if text is None:
        return
    read.add(path)
    for line in text.decode("utf-8", "surrogateescape").split("\n"):
        line = line.partition("\0")[0].partition("#")[0].lstrip(WHITESPACE)
        if line.startswith(("include ", "include\t")):
            for pattern in filter(None, re.split(r"[ \t]", line[8:])):
                for included in _matching(files, posixpath.join(posixpath.dirname(path), pattern)):
                    yield from directories_in(files, included, read)
        elif not line.lower().startswith(("hwcap ", "hwcap\t")):
            directory = line.partition("=")[0].rstrip(WHITESPACE).rstrip("/")
            if directory:
                yield directory


def _matching(files: Files, pattern: str) -> list[str]:
    """The paths that a pattern stands for, sorted, as glob(3) gives them."""
    found = ["/"] if pattern.startswith("/") else [""]
    for part in filter(None, pattern.split("/")):
        if re.search(r"[*?[]", part):
            names = {place: sorted(files.listing(place) or ()) for place in found}
            found = [
                posixpath.join(place, name)
                for place in found
                for name in names[place]
                if fnmatchcase(name, part) and (not name.startswith(".") or part.startswith("."))
            ]
        else:
            found = [posixpath.join(place, part) for place in found]
    return sorted(path for path in found if files.kind(path) is not Kind.ABSENT)


def _once_each(files: Files, named: Iterable[str], with_hwcaps: bool) -> Iterator[Directory]:
    """The directories that are there, each under its first name, and behind it its `glibc-hwcaps` subdirectories.

    The working directory of ldconfig is the root, for a configuration that names a relative one.
    """
    seen = set()
    for name in named:
        if files.kind(place := posixpath.join("/", name)) is Kind.DIRECTORY:
            if (identity := files.identity(place)) in seen:
                continue
            seen.add(identity)
            yield Directory(name)
            for below in _for_particular_cpus(files, name) if with_hwcaps else ():
                if (identity := files.identity(posixpath.join("/", below.path))) not in seen:
                    seen.add(identity)
                    yield below


def _for_particular_cpus(files: Files, directory: str) -> Iterator[Directory]:
    """The subdirectories of `glibc-hwcaps` (`add_glibc_hwcaps_subdirectories`)."""
    place = f"{directory}/{HWCAPS}"
    for name in sorted(files.listing(posixpath.join("/", place)) or ()):
        hidden_or_list = name.startswith(".") or ":" in name
        if not hidden_or_list and files.kind(posixpath.join("/", place, name)) is Kind.DIRECTORY:
            yield Directory(f"{place}/{name}", name)


def _libraries(files: Files, directory: Directory, version: tuple[int, ...]) -> Iterator[Library]:
    for name in sorted(files.listing(posixpath.join("/", directory.path)) or ()):
        path = posixpath.join("/", directory.path, name)
        # In a subdirectory of `glibc-hwcaps` a link may have any name (`search_dir`, its first condition).
        if not LIBRARY_NAME.match(name) and not (directory.hwcaps and _is_link(files, path)):
            continue
        if PRELINKED.fullmatch(name) or (version >= UNPACKED_SKIPPED_SINCE and UNPACKED.fullmatch(name)):
            continue
        image = _shared_object(files, path)
        if image is not None:
            soname = image.soname or name
            # Of a link for the linker its own name counts. Any other is treated as the file that it leads to.
            is_link = _is_link(files, path) and (name == soname or (name.endswith(".so") and soname.startswith(name)))
            flags = FLAGS.get(image.architecture, FLAG_ELF_LIBC6)
            yield Library(name, name if is_link else soname, flags, is_link)


def _shared_object(files: Files, path: str) -> Image | None:
    if files.kind(path) is not Kind.FILE:
        return None
    try:
        image = files.image(path)
    except (MalformedImage, LookupError):
        return None
    return image if image.format is Format.ELF and image.elf_type == ET_DYN and image.is_dynamic else None


def _is_link(files: Files, path: str) -> bool:
    directory, name = posixpath.split(path)
    return files.real(path) != posixpath.join(files.real(directory), name)


def _newest_of_each_name(libraries: Iterable[Library]) -> Iterator[Library]:
    """Of those with one SONAME a file before a link, then the one with the highest version in its file name."""
    best: dict[str, Library] = {}
    for library in libraries:
        known = best.get(library.soname)
        if known is None or _rank(library) > _rank(known):
            best[library.soname] = library
    yield from best.values()


def _rank(library: Library) -> tuple[bool, Any]:
    return (not library.is_link, cmp_to_key(compare_names)(library.name))


def compare_names(one: str, other: str) -> int:
    """Less than 0 where the first name has the lower version: runs of digits count as numbers, and above letters.

    Source: glibc elf/dl-cache.c, `_dl_cache_libcmp`.
    """
    left, right = (re.findall(r"[0-9]+|[^0-9]", name) for name in (one, other))
    for a, b in zip(left, right, strict=False):
        if a.isdigit() != b.isdigit():
            return 1 if a.isdigit() else -1
        if (x := int(a) if a.isdigit() else ord(a)) != (y := int(b) if b.isdigit() else ord(b)):
            return 1 if x > y else -1
    # Where one is at its end, the other's digit counts above it as any character does.
    return len(left) - len(right)


def _path_of(files: Files, directory: Directory, library: Library) -> str:
    """Where the cache's entry leads to: the link of the SONAME's name, which ldconfig makes, or what it stands for now.

    A file or directory that has the name already stays. In a subdirectory of `glibc-hwcaps` no links are made.
    """
    path = f"{directory.path}/{library.name}"
    named = f"{directory.path}/{library.soname}"
    there = posixpath.join("/", named)
    if directory.hwcaps or files.kind(there) is Kind.ABSENT:
        return path
    is_right = files.identity(there) == files.identity(posixpath.join("/", path))
    return named if is_right or not _is_link(files, there) else path
