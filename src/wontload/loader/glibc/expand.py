"""`$ORIGIN`, `$LIB`, `$PLATFORM`, and lists of directories that contain them.

Source: glibc 2.36, elf/dl-load.c: `is_dst`, `_dl_dst_substitute`, `fillin_rpath`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

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
    return _expand(text, _values(owner, system), system.default_directories if secure else None)


def directories(elements: Iterable[str], owner: Mapped, system: System, *, secure: bool = False) -> tuple[str, ...]:
    """The elements of a search path as the loader keeps them: expanded, each ending in `/`, none twice.

    An empty element stands for the current directory and stays empty: file names follow it without a slash.
    """
    return _directories(tuple(elements), _values(owner, system), system.default_directories if secure else None)


def _values(owner: Mapped, system: System) -> tuple[str, str, str]:
    return owner.origin, system.lib, system.platform


def _expand(text: str, values: tuple[str, str, str], only: tuple[str, ...] | None) -> str | None:
    """`only`: where `$ORIGIN` may lead, in secure mode."""
    if "$" not in text:
        return text
    by_name = dict(zip(("ORIGIN", "LIB", "PLATFORM"), values, strict=True))
    names = [braced or bare for braced, bare in TOKEN.findall(text)]
    if not all(by_name[name] for name in names):
        return None
    expanded = TOKEN.sub(lambda token: by_name[token[1] or token[2]], text)
    if only is not None and "ORIGIN" in names and expanded.rstrip("/") not in only:
        return None
    return expanded


@lru_cache(maxsize=1024)  # each name that a library needs is sought along the same list
def _directories(
    elements: tuple[str, ...], values: tuple[str, str, str], only: tuple[str, ...] | None
) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for element in elements:
        directory = _expand(element, values, only)
        if directory is None or (element and not directory):
            continue
        kept[directory.rstrip("/") + "/" if directory else ""] = None
    return tuple(kept)
