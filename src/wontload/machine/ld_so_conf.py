"""What ldconfig would write into `ld.so.cache`, from `ld.so.conf` and the directories that it names.

Source: glibc, elf/ldconfig.c (`parse_conf`, `search_dir`) and sysdeps/generic/ldconfig.h.
Oracle: tests/machine/test_root.py, against `ldconfig -r`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from wontload.binary import Format, MalformedImage
from wontload.machine.files import Files, Kind
from wontload.machine.ld_so_cache import CacheEntry

DEEPEST_INCLUDE = 10
ET_DYN = 3
# elf/ldconfig.c, `search_dir`: `lib*.so*` and `ld-*.so*`.
LIBRARY_NAME = re.compile(r"(lib|ld-).*\.so")
# sysdeps/generic/ldconfig.h: FLAG_ELF_LIBC6 with the architecture's bits.
FLAGS = {"x86_64": 0x0303, "aarch64": 0x0A03, "x86": 0x0003, "riscv64": 0x1003, "ppc64le": 0x0503, "s390x": 0x0403}
FLAG_ELF_LIBC6 = 3


def cache_of(files: Files, built_in: Iterable[str]) -> tuple[CacheEntry, ...]:
    """The entries for the libraries of the directories in `/etc/ld.so.conf`, and of the built-in ones after them."""
    seen: set[str] = set()
    entries: dict[tuple[str, int], CacheEntry] = {}
    for directory in (*directories_in(files, "/etc/ld.so.conf"), *built_in):
        if directory not in seen:
            seen.add(directory)
            for entry in _entries(files, directory):
                entries.setdefault((entry.name, entry.flags), entry)  # the first directory's wins
    return tuple(entries.values())


def directories_in(files: Files, path: str, depth: int = 0) -> Iterator[str]:
    """The directories that a configuration names, in order, those of included files in their place."""
    text = files.text(path)
    if text is None or depth > DEEPEST_INCLUDE:
        return
    for line in text.decode("utf-8", "surrogateescape").splitlines():
        line = line.partition("#")[0].strip()
        word, _, rest = line.partition(" ") if " " in line else line.partition("\t")
        if word == "include":
            for pattern in rest.split():
                for included in _matching(files, posixpath.join(posixpath.dirname(path), pattern)):
                    yield from directories_in(files, included, depth + 1)
        elif line and word != "hwcap":
            directory = re.split(r"[=]", line)[0].rstrip().rstrip("/")
            if directory.startswith("/"):
                yield directory


def _matching(files: Files, pattern: str) -> list[str]:
    """Files that a pattern stands for, sorted, as glob(3) does; wildcards count in the last part alone."""
    directory, name = posixpath.split(pattern)
    return [
        f"{directory}/{one}"
        for one in sorted(files.listing(directory) or ())
        if fnmatchcase(one, name) and (not one.startswith(".") or name.startswith("."))
    ]


def _entries(files: Files, directory: str) -> Iterator[CacheEntry]:
    """Of each file its SONAME, with the path of the link that ldconfig makes for it; of each link its own name."""
    for name in sorted(files.listing(directory) or (), reverse=True):
        path = f"{directory}/{name}"
        if not LIBRARY_NAME.match(name) or files.kind(path) is not Kind.FILE:
            continue
        try:
            image = files.image(path)
        except (MalformedImage, LookupError):
            continue
        if image.format is not Format.ELF or image.elf_type != ET_DYN or not image.is_dynamic:
            continue
        is_link = posixpath.basename(files.real(path)) != name
        soname = name if is_link else image.soname or name
        target = f"{directory}/{soname}"
        there = files.kind(target) is Kind.FILE
        yield CacheEntry(soname, target if there else path, FLAGS.get(image.architecture, FLAG_ELF_LIBC6))
