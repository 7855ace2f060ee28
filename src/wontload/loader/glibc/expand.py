"""`$ORIGIN`, `$LIB`, `$PLATFORM`, and lists of directories that contain them.

Source: glibc 2.36, elf/dl-load.c: `is_dst`, `_dl_dst_substitute`, `fillin_rpath`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from wontload.loader.glibc.objects import Mapped
from wontload.machine import System

# A name in braces, or one that no letter, digit or underscore follows. What is neither stays as it is.
TOKEN = re.compile(r"\$(?:\{(ORIGIN|LIB|PLATFORM)\}|(ORIGIN|LIB|PLATFORM)(?![A-Za-z0-9_]))")


def expand(text: str, owner: Mapped, system: System, *, secure: bool = False) -> str | None:
    """`text` with its tokens replaced; `None` when one of them stands for nothing, which drops the whole of it.

    In secure mode `$ORIGIN` counts only at the start and only where it ends in one of the built-in directories.

    Oracle: tests/oracles/glibc/test_rules.py::test_origin_is_the_directory_by_which_a_library_was_found
    """
    if "$" not in text:
        return text
    values = {"ORIGIN": owner.origin, "LIB": system.lib, "PLATFORM": system.platform}
    names = [braced or bare for braced, bare in TOKEN.findall(text)]
    if not all(values[name] for name in names):
        return None
    expanded = TOKEN.sub(lambda token: values[token[1] or token[2]], text)
    if secure and "ORIGIN" in names and expanded.rstrip("/") not in system.default_directories:
        return None
    return expanded


def directories(elements: Iterable[str], owner: Mapped, system: System, *, secure: bool = False) -> list[str]:
    """The elements of a search path as the loader keeps them: expanded, each ending in `/`, none twice.

    An empty element stands for the current directory and stays empty: file names follow it without a slash.
    """
    kept: dict[str, None] = {}
    for element in elements:
        directory = expand(element, owner, system, secure=secure)
        if directory is None or (element and not directory):
            continue
        kept[directory.rstrip("/") + "/" if directory else ""] = None
    return list(kept)
